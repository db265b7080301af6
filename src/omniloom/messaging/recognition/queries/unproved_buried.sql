-- store: state
-- unproved_buried: requests of addresses whose people were erased, that ran out or were proved, to be forgotten.
-- in: :now :rows_max   out: request_id, state, kind, value, person_id, send_id   order: oldest first
select request_id, state, kind, value, person_id, send_id
from messaging_recognition
where is_buried = 1 and (state = 'proved' or expires_at <= :now)
order by requested_at, request_id
limit :rows_max
