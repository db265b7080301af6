-- store: state
-- change_draft: a draft's terms. in: the columns; changes nothing if the campaign is no longer a draft
update journeys_campaign
set
    name = :name, segment_id = :segment_id, channels = :channels, templates = :templates,
    cost_per_message_minor = :cost_per_message_minor, currency = :currency, advertiser = :advertiser,
    scheduled_at = :scheduled_at, updated_at = :now
where campaign_id = :campaign_id and state = 'draft'
