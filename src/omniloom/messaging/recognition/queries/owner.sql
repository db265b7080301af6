-- store: state
-- owner: who has an identifier by now. in: :kind :value   out: root_id   rows: one or none
select p.root_id
from identity_identifier as i
inner join identity_person as p on p.person_id = i.person_id
where i.kind = :kind and i.value = :value
