-- store: state
-- opt_ins_of_address: what an address was asked since an instant. in: :channel :address :since
-- out: request_id, state, purpose, advertiser, requested_at   order: newest first
select request_id, state, purpose, advertiser, requested_at
from messaging_opt_in
where channel = :channel and address = :address and requested_at > :since
order by requested_at desc, request_id
