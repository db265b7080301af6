-- store: events
-- add_members: those who are in now, none of whose parts has a row.
-- in: :segment_id :now; stage_now, stage_before (person_id)
insert into segments_member (segment_id, person_id, entered_at)
select :segment_id, n.person_id, :now
from stage_now as n
where n.person_id not in (select person_id from stage_before)
