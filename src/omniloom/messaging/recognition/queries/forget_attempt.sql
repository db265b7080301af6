-- store: state
-- forget_attempt: the address of a message is forgotten. in: :send_id
update messaging_attempt set address = '', provider_id = '', reported = 1 where send_id = :send_id
