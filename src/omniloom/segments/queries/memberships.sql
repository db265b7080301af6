-- store: events
-- memberships: the segments a person is in, whatever id the person was in them by.
-- in: :person_id (the root)   out: segment_id, entered_at   order: newest first
select m.segment_id, min(m.entered_at) as entered_at
from segments_member as m
left join identity_override as o on o.person_id = m.person_id
where coalesce(o.root_id, m.person_id) = :person_id
group by m.segment_id
order by 2 desc, 1
