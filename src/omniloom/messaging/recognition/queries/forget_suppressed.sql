-- store: state
-- forget_suppressed: nothing is known of an address, unless another request still needs it. in: :address
delete from messaging_suppression
where
    address = :address
    and not exists (select 1 from messaging_recognition as r where r.value = :address and r.is_buried = 1)
