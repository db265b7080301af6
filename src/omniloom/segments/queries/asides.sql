-- store: events
-- asides: memberships that merges hide, of certain people and whoever is part of them.
-- in: stage_moved (person_id, roots)   out: segment_id, person_id, root_id, entered_at
with part as (
    select person_id, person_id as root_id from stage_moved
    union all
    select person_id, root_id from identity_override where root_id in (select person_id from stage_moved)
)
select a.segment_id as segment_id, a.person_id as person_id, p.root_id as root_id, a.entered_at as entered_at
from segments_aside as a
join part as p on p.person_id = a.person_id
