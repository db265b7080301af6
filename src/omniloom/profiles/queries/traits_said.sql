-- store: events
-- traits_said: what is in force for people as they were then (merging them is the reader's part).
-- in: :person_ids   out: person_id, key, value, occurred_at, message_id, source_id
select person_id, key, value, occurred_at, message_id, source_id
from profiles_trait
where person_id in (:person_ids)
