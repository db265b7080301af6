-- store: state
-- owner: who has an identifier by now; of one that many use, who stands in for them. in: :kind :value   out: person_id, root_id   rows: one or none
select p.person_id, p.root_id
from identity_identifier as i
inner join identity_person as p on p.person_id = coalesce(i.shared_id, i.person_id)
where i.kind = :kind and i.value = :value
