-- store: state
-- holders: who has an identifier, and whose events are that carry it alone if many use it.
-- in: :kind, :value   out: root_id, shared_id   rows: one or none
select p.root_id, i.shared_id
from identity_identifier as i
join identity_person as p on p.person_id = i.person_id
where i.kind = :kind and i.value = :value
