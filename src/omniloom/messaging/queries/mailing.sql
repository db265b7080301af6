-- store: state
-- mailing: one mailing. in: :campaign_id
-- out: campaign_id, name, kind, channels, templates, state, state_reason, advertiser
select campaign_id, name, kind, channels, templates, state, state_reason, advertiser
from messaging_mailing
where campaign_id = :campaign_id
