-- store: state
-- unsent_buried: requests of addresses whose people were erased. in: :now :rows_max
-- out: request_id, way, channel, value, place, language   order: oldest first
select request_id, way, channel, value, place, language
from messaging_recognition
where state = 'new' and is_buried = 1 and expires_at > :now
order by requested_at, request_id
limit :rows_max
