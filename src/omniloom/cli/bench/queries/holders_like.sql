-- store: state
-- holders_like: whose the identifiers are that begin with something. in: :beginning
-- out: kind, person_id, root_id   order: person_id
select i.kind, i.person_id, p.root_id
from identity_identifier as i
join identity_person as p on p.person_id = i.person_id
where i.value like :beginning || '%'
order by i.person_id
