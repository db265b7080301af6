-- store: state
-- brought_by: who brought the token back. in: :request_id :kind :value
update messaging_recognition set kind = :kind, value = :value where request_id = :request_id and state = 'open'
