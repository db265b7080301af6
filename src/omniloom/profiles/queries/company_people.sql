-- store: state
-- company_people: who belongs to a company. in: :inn   out: person_id (who it is now), kind, role, since   order: kind
select p.root_id as person_id, r.kind, r.role, r.since
from profiles_company as c
join profiles_relation as r on r.company_id = c.company_id
join identity_person as p on p.person_id = r.person_id
where c.inn = :inn
order by r.kind, p.root_id
