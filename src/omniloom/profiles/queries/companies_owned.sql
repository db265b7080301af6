-- store: state
-- companies_owned: companies that people own, or that have one of these INNs; and how many others own them.
-- in: :people, :inns (lists)   out: company_id, inn, name, others
select
    c.company_id, c.inn, c.name,
    (
        select count(*) from profiles_relation as other
        where other.company_id = c.company_id and other.kind = 'owner' and other.person_id not in (:people)
    ) as others
from profiles_company as c
where
    c.inn in (:inns)
    or exists (
        select 1 from profiles_relation as own
        where
            own.company_id = c.company_id and own.kind in ('owner', 'director') and own.person_id in (:people)
    )
order by coalesce(c.company_id, 0)
