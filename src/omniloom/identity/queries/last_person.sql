-- store: state
-- last_person: the highest person id and the highest root version in use. out: person_id, version
select coalesce(max(person_id), 0) as person_id, coalesce(max(version), 0) as version from identity_person
