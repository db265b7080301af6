-- store: state
-- attempt_settle: how it ended; only the worker with the fence may say. in: :send_key :fence :state :reason
-- :provider_id :now  rows: 1, or 0 if the fence has passed
update messaging_attempt
set
    state = :state,
    reason = :reason,
    provider_id = :provider_id,
    finished_at = :now,
    reported = case when :state = 'unknown' then 1 else 0 end
where send_key = :send_key and fence = :fence and state = 'intent'
