-- store: state
-- sent: the message of a request is planned. in: :request_id :send_id :person_id :state
update messaging_recognition set state = :state, send_id = :send_id, person_id = :person_id
where request_id = :request_id and state = 'new'
