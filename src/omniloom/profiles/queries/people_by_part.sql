-- store: state
-- people_by_part: who has an identifier of these kinds that holds a text. in: :kinds, :part, :rows_max
-- out: root_id, value   cost: one pass over the identifiers of the kinds
select p.root_id, i.value
from identity_identifier as i
join identity_person as p on p.person_id = i.person_id
where i.kind in (:kinds) and instr(i.value, :part) > 0
limit :rows_max
