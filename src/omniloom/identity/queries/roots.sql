-- store: state
-- roots: people as they are by now, a page at a time. in: :after, :rows_max   out: person_id
select person_id from identity_person
where person_id = root_id and person_id > :after
order by person_id
limit :rows_max
