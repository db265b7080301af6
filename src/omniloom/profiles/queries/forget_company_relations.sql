-- store: state
-- forget_company_relations: who belongs to these companies is forgotten. in: :company_ids
delete from profiles_relation where company_id in (:company_ids)
