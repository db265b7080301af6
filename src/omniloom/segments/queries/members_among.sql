-- store: events
-- members_among: rows of a segment that are about certain people, under the ids they were written with.
-- in: :segment_id; stage_among (person_id, roots)   out: person_id, root_id, entered_at
with part as (
    select person_id, person_id as root_id from stage_among
    union all
    select person_id, root_id from identity_override where root_id in (select person_id from stage_among)
)
select m.person_id as person_id, p.root_id as root_id, m.entered_at as entered_at
from segments_member as m
join part as p on p.person_id = m.person_id
where m.segment_id = :segment_id
