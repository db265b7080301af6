-- store: state
-- addresses_known: what is known of addresses: when they were shown to be their person's, and last got a message.
-- in: :addresses (list)   out: channel, address, verified_at, verified_by, reached_at
select
    k.channel, k.address, max(k.verified_at) as verified_at, max(k.verified_by) as verified_by,
    max(k.reached_at) as reached_at
from (
    select channel, address, verified_at, verified_by, 0 as reached_at
    from messaging_address where address in (:addresses)
    union all
    select channel, address, 0 as verified_at, '' as verified_by, max(coalesce(finished_at, intent_at)) as reached_at
    from messaging_attempt where state = 'accepted' and address in (:addresses)
    group by channel, address
) as k
group by k.channel, k.address
