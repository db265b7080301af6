-- store: events
-- words_said: the newest word of every source about people as they were then.
-- in: :person_ids   out: person_id, key, value, occurred_at, message_id, source_id
select person_id, key, value, occurred_at, message_id, source_id
from profiles_word
where person_id in (:person_ids)
