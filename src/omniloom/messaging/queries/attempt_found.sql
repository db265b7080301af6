-- store: state
-- attempt_found: the provider knows a message whose fate was unknown. in: :send_id :channel :now
update messaging_attempt set state = 'accepted', reason = '', finished_at = :now, reported = 0
where send_id = :send_id and channel = :channel and state = 'unknown'
