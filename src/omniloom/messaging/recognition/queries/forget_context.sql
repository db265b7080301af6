-- store: state
-- forget_context: where a message went is forgotten. in: :send_id
update messaging_send set context = '{}' where send_id = :send_id
