-- store: state
-- leases_over: messages whose worker's lease has run out. in: :before  out: send_id, channel, state
select send_id, channel, state from messaging_send where leased_until > 0 and leased_until < :before
