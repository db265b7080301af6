-- store: state
-- send_settle: move one message on; only the worker with the fence may. in: :send_id :fence :from_state :state :reason
-- :channel :not_before :leased_until :now  rows: 1, or 0 if the fence has passed
update messaging_send
set
    state = :state,
    reason = :reason,
    channel = :channel,
    not_before = :not_before,
    leased_until = :leased_until,
    updated_at = :now
where send_id = :send_id and fence = :fence and state = :from_state
