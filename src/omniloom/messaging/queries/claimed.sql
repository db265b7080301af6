-- store: state
-- claimed: the messages of one claim. in: :token
-- out: send_id, campaign_id, planned_id, person_id, fence, created_at, context
select send_id, campaign_id, planned_id, person_id, fence, created_at, context
from messaging_send
where claimed_by = :token and leased_until > 0 and state = 'claimed'
order by send_id
