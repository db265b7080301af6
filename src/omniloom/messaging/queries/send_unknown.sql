-- store: state
-- send_unknown: a message whose key was used already. in: :send_id :reason :now
update messaging_send set state = 'unknown', reason = :reason, leased_until = 0, updated_at = :now
where send_id = :send_id
