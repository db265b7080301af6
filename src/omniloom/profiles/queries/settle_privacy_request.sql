-- store: state
-- settle_privacy_request: how a request ended. in: :request_id, :state, :settled_by, :now   rows: 1, or 0 if not open
update profiles_privacy_request
set state = :state, settled_by = :settled_by, settled_at = :now
where request_id = :request_id and state = 'open'
