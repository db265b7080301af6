-- store: state
-- apart: pairs that are not one, of whoever is part of people by now. in: :root_ids
-- out: person_id, other_id, root_id, other_root_id
select a.person_id, a.other_id, p.root_id, o.root_id as other_root_id
from identity_person as p
join identity_apart as a on a.person_id = p.person_id
join identity_person as o on o.person_id = a.other_id
where p.root_id in (:root_ids)
