-- store: state
-- last_person: the newest person. out: person_id (null if there is none)
select max(person_id) as person_id from identity_person
