-- store: state
-- bury_suppressed: of an address that may not be known it is kept that nothing may go there, unless another request
-- still needs it. in: :address :digest
insert into messaging_suppression (channel, address, advertiser, reason, evidence, created_at)
select channel, :digest, advertiser, reason, '', created_at
from messaging_suppression
where
    address = :address
    and not exists (select 1 from messaging_recognition as r where r.value = :address and r.is_buried = 1)
on conflict (channel, address, advertiser) do nothing
