-- store: state
-- suppressions: closed ones of these addresses. in: :addresses (list)  out: channel, address, reason
select channel, address, reason from messaging_suppression where address in (:addresses)
