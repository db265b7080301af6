-- store: events
-- moved_roots: who people are by now. in: stage_changed (person_id)   out: person_id (roots)
select distinct coalesce(o.root_id, c.person_id) as person_id
from stage_changed as c
left join identity_override as o on o.person_id = c.person_id
