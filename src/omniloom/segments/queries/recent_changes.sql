-- store: events
-- recent_changes: who entered or left one segment lately, newest first.
-- in: :segment_id :since :rows_max   out: person_id, is_entry, changed_at
select coalesce(o.root_id, c.person_id) as person_id, c.is_entry as is_entry, c.changed_at as changed_at
from segments_change as c
left join identity_override as o on o.person_id = c.person_id
where c.segment_id = :segment_id and c.changed_at >= :since
order by c.changed_at desc, c.change_id desc
limit :rows_max
