-- store: state
-- last_company: the newest company. out: company_id (0 if there is none)
select coalesce(max(company_id), 0) as company_id from profiles_company
