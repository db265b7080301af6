-- store: state
-- people_roots: who everybody is by now.   out: person_id, root_id
select person_id, root_id from identity_person
