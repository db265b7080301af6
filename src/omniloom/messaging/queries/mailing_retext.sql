-- store: state
-- mailing_retext: the mailing's texts anew. in: :campaign_id :templates
update messaging_mailing set templates = :templates where campaign_id = :campaign_id
