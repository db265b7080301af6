-- store: state
-- asked_of_value: when proofs of one address were asked for, and by whom. in: :kind :value :since
-- out: requested_at, ip   order: newest first
select requested_at, ip
from messaging_recognition
where kind = :kind and value = :value and requested_at > :since and way in ('magic_link', 'code')
order by requested_at desc
