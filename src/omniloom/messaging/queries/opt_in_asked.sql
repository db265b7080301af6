-- store: state
-- opt_in_asked: its question is planned. in: :request_id :send_id :person_id :state
update messaging_opt_in set state = :state, send_id = :send_id, person_id = :person_id
where request_id = :request_id and state = 'new'
