-- store: events
-- merged_roots: who of certain people is made of several. in: stage_moved (person_id, roots)   out: person_id
select distinct root_id as person_id
from identity_override
where root_id in (select person_id from stage_moved)
