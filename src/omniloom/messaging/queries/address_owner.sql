-- store: state
-- address_owner: whose an address is by now. in: :kind :value   out: root_id, shared_position   rows: one or none
select p.root_id, i.shared_position
from identity_identifier as i
inner join identity_person as p on p.person_id = i.person_id
where i.kind = :kind and i.value = :value
