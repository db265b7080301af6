-- store: state
-- mailing: one mailing. in: :campaign_id
-- out: campaign_id, name, kind, channels, templates, state, state_reason
select campaign_id, name, kind, channels, templates, state, state_reason
from messaging_mailing
where campaign_id = :campaign_id
