-- store: state
-- attempt: one attempt by its key. in: :send_key
-- out: send_id, channel, address, state, tries, fence
select send_id, channel, address, state, tries, fence from messaging_attempt where send_key = :send_key
