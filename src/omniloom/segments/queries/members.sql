-- store: events
-- members: people of a segment at its last refresh, merged people once.
-- in: :segment_id   out: person_id, entered_at   order: person_id
select coalesce(o.root_id, m.person_id) as person_id, min(m.entered_at) as entered_at
from segments_member as m
left join identity_override as o on o.person_id = m.person_id
where m.segment_id = :segment_id
group by coalesce(o.root_id, m.person_id)
order by 1
