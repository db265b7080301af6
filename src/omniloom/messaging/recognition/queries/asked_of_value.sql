-- store: state
-- asked_of_value: when proofs of one address were asked for, and by whom.
-- in: :kind :value :digest (what is kept of it once it is forgotten) :since
-- out: requested_at, ip   order: newest first
select requested_at, ip
from messaging_recognition
where kind = :kind and value in (:value, :digest) and requested_at > :since and way in ('magic_link', 'code')
order by requested_at desc
