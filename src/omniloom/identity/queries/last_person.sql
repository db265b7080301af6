-- store: state
-- last_person: the highest person id and the highest root version in use, each by its own index.
-- out: person_id, version
select
    coalesce((select max(person_id) from identity_person), 0) as person_id,
    coalesce((select max(version) from identity_person), 0) as version
