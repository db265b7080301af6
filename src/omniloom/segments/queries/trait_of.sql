-- store: events
-- trait_of: one trait of one person as it is now.
-- in: :person_id :key   out: text, value, occurred_at, source_id
select text, value, occurred_at, source_id
from profiles_trait_current
where person_id = :person_id and key = :key
