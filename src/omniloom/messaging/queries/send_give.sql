-- store: state
-- send_give: the message is whose address it goes to, whatever person that is part of. in: :send_id :person_id
update messaging_send set person_id = :person_id where send_id = :send_id
