-- store: state
-- save_company: add a company, or give it another name. in: the columns of profiles_company
insert into profiles_company (company_id, inn, name, created_at, created_by)
values (:company_id, :inn, :name, :created_at, :created_by)
on conflict (inn) do update set name = excluded.name
