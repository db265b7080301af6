-- store: state
-- add_person: a new person, its own root. in: :person_id, :created_at
insert into identity_person (person_id, root_id, created_at, version) values (:person_id, :person_id, :created_at, 0)
