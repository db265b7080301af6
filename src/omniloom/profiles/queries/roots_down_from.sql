-- store: state
-- roots_down_from: people, from one on downwards. in: :person_id, :rows_max   out: person_id   order: newest first
select person_id from identity_person
where person_id <= :person_id and person_id = root_id
order by person_id desc
limit :rows_max
