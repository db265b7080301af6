-- store: state
-- people_by_prefix: who has an identifier that begins so. in: :kind, :prefix, :prefix_end, :rows_max
-- out: root_id, value   order: value
select p.root_id, i.value
from identity_identifier as i
join identity_person as p on p.person_id = i.person_id
where i.kind = :kind and i.value >= :prefix and i.value < :prefix_end
order by i.value
limit :rows_max
