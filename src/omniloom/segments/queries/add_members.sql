-- store: events
-- add_members: those who are in now; a merged person keeps the earliest entry.
-- in: :segment_id :now; stage_now (person_id), stage_before (person_id, entered_at)
insert into segments_member (segment_id, person_id, entered_at)
select :segment_id, n.person_id, coalesce(b.entered_at, :now)
from stage_now as n
left join stage_before as b on b.person_id = n.person_id
where n.person_id not in (select person_id from segments_member where segment_id = :segment_id)
