-- store: state
-- strangers: who, other than their owners, used identifiers of one kind. in: :kind, :sought
-- out: value, person_id, root_id   rows: one per identifier and person
select s.value, s.person_id, p.root_id
from identity_stranger as s
join identity_person as p on p.person_id = s.person_id
where s.kind = :kind and s.value in (:sought)
