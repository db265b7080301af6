-- store: events
-- member_rows: all rows of a segment under the ids they were written with, and who that is by now.
-- in: :segment_id   out: person_id, root_id, entered_at
select m.person_id as person_id, coalesce(o.root_id, m.person_id) as root_id, m.entered_at as entered_at
from segments_member as m
left join identity_override as o on o.person_id = m.person_id
where m.segment_id = :segment_id
