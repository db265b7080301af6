-- store: state
-- drop: forget a recognition that nothing more depends on. in: :request_id
delete from messaging_recognition where request_id = :request_id
