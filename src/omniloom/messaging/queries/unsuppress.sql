-- store: state
-- unsuppress: open an address again that was closed for this reason alone. in: :channel :address :reason
delete from messaging_suppression where channel = :channel and address = :address and reason = :reason
