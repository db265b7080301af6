-- store: state
-- add_relation: keep one relation. in: the columns of profiles_relation
insert into profiles_relation (
    relation_id, kind, person_id, other_id, company_id, role, since, source, created_at, created_by
)
values (
    :relation_id, :kind, :person_id, :other_id, :company_id, :role, :since, :source, :created_at, :created_by
)
