-- store: state
-- forget_buried: what is kept of such a request: :value (a digest, or the address of who proved it), for the limits.
-- in: :request_id :value
update messaging_recognition set is_buried = 0, value = :value where request_id = :request_id
