-- store: state
-- privacy_requests: what people ask about their own data; '' is any. in: :kind, :state, :rows_max
-- out: the fields of PrivacyRequest   order: oldest first
select request_id, person_id, kind, state, method, ip, user_agent, requested_at, settled_at, settled_by
from profiles_privacy_request
where (kind = :kind or :kind = '') and (state = :state or :state = '')
order by requested_at, request_id
limit :rows_max
