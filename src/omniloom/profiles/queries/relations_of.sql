-- store: state
-- relations_of: whom and what a person, and everyone merged into it, belongs with; asked from either side.
-- in: :person_ids
-- out: relation_id, kind, person_id, other_id, company_id, inn, company, role, since, source, created_at, created_by
-- (people by who they are now)   order: oldest first
select
    r.relation_id, r.kind, p.root_id as person_id, o.root_id as other_id, r.company_id, c.inn, c.name as company, r.role,
    r.since, r.source, r.created_at, r.created_by
from profiles_relation as r
join identity_person as p on p.person_id = r.person_id
left join identity_person as o on o.person_id = r.other_id
left join profiles_company as c on c.company_id = r.company_id
where r.person_id in (:person_ids) or r.other_id in (:person_ids)
order by r.created_at, r.relation_id
