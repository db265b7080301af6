-- store: state
-- asked_by_sender: when one sender asked for proofs or tokens. in: :ip :since   out: requested_at   order: newest first
select requested_at from messaging_recognition where ip = :ip and requested_at > :since order by requested_at desc
