-- store: state
-- add_person: somebody who is nobody else.   in: :person_id :now
insert into identity_person (person_id, root_id, created_at) values (:person_id, :person_id, :now)
