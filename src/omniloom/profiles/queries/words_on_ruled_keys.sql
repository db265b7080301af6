-- store: events
-- words_on_ruled_keys: as words_said, of the keys that have a rule.
-- in: :person_ids   out: person_id, key, value, occurred_at, message_id, source_id
select person_id, key, value, occurred_at, message_id, source_id
from profiles_word
where person_id in (:person_ids) and key in (select key from profiles_rule)
