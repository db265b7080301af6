-- store: state
-- forget_detail: what was said of a message's address is forgotten. in: :send_id
update messaging_decision set detail = '' where send_id = :send_id
