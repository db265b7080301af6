-- store: state
-- send_found: the provider knows a message whose fate was unknown. in: :send_id :now
update messaging_send set state = 'accepted', reason = '', updated_at = :now
where send_id = :send_id and state = 'unknown'
