-- store: state
-- opt_in_confirmed: its address said yes. in: :request_id :now
update messaging_opt_in set state = 'confirmed', confirmed_at = :now where request_id = :request_id and state = 'asked'
