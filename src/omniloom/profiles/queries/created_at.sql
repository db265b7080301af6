-- store: state
-- created_at: when anyone who is part of a person was first recorded. in: :root_id   out: created_at
select min(created_at) as created_at from identity_person where root_id = :root_id
