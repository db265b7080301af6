-- store: state
-- unsuppress: open an address again, to an advertiser's messages, that was closed for this reason alone.
-- in: :channel :address :advertiser :reason
delete from messaging_suppression
where channel = :channel and address = :address and advertiser in ('', :advertiser) and reason = :reason
