-- store: state
-- members: everyone who is part of a person. in: :root_id   out: person_id, created_at
select person_id, created_at from identity_person where root_id = :root_id order by person_id
