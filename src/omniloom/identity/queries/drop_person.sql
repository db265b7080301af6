-- store: state
-- drop_person: a number that was taken away. in: :person_id
delete from identity_person
where person_id = :person_id and exists (select 1 from identity_erased as e where e.person_id = :person_id)
