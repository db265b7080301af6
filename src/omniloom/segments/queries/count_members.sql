-- store: events
-- count_members: how many people are in a segment, merged people once. in: :segment_id   out: members
select count(distinct coalesce(o.root_id, m.person_id)) as members
from segments_member as m
left join identity_override as o on o.person_id = m.person_id
where m.segment_id = :segment_id
