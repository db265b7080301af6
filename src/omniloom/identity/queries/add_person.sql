-- store: state
-- add_person: a new person, part of :root_id (its own if nobody else's). in: :person_id, :root_id, :created_at, :version
insert into identity_person (person_id, root_id, created_at, version)
values (:person_id, :root_id, :created_at, :version)
