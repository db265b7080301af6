-- store: state
-- forget_companies: these companies are forgotten. in: :company_ids
delete from profiles_company where company_id in (:company_ids)
