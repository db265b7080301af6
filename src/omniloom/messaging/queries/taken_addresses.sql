-- store: state
-- taken_addresses: addresses that have a message of these campaigns already.
-- in: :campaign_ids (list) :addresses (list)  out: campaign_id, channel, address, send_id
select campaign_id, channel, address, send_id
from messaging_attempt
where
    campaign_id in (:campaign_ids)
    and address in (:addresses)
    and state in ('intent', 'accepted', 'unknown')
