-- store: state
-- people_by_name: whose name begins so. in: :prefix (folded), :prefix_end, :rows_max   out: root_id   order: name
select p.root_id
from profiles_card as c
join identity_person as p on p.person_id = c.person_id
where c.folded_name >= :prefix and c.folded_name < :prefix_end
order by c.folded_name
limit :rows_max
