-- store: events
-- add_newer_traits: staged words on keys where nothing newer is known. in: stage_trait (columns of profiles_trait)
insert into profiles_trait (person_id, key, value, text, folded, number, occurred_at, message_id, source_id)
select s.person_id, s.key, s.value, s.text, s.folded, s.number, s.occurred_at, s.message_id, s.source_id
from stage_trait as s
where not exists (select 1 from profiles_trait as t where t.person_id = s.person_id and t.key = s.key)
