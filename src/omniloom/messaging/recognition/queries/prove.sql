-- store: state
-- prove: spend the proof, once. in: :request_id :now   rows: changed
update messaging_recognition set state = 'proved', proved_at = :now where request_id = :request_id and state = 'open'
