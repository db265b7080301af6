-- store: state
-- last_person: the highest person id ever given (also to who was erased) and the highest root version, by their
-- indexes.
-- out: person_id, version
select
    coalesce((select max(person_id) from (
        select max(person_id) as person_id from identity_person
        union all
        select max(person_id) from identity_erased
    ) as ever), 0) as person_id,
    coalesce((select max(version) from identity_person), 0) as version
