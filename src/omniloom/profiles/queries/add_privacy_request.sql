-- store: state
-- add_privacy_request: what a person asks about their own data. in: the columns of profiles_privacy_request
insert into profiles_privacy_request (
    request_id, person_id, kind, state, method, ip, user_agent, requested_at, settled_at, settled_by
)
values (:request_id, :person_id, :kind, :state, :method, :ip, :user_agent, :requested_at, 0, '')
