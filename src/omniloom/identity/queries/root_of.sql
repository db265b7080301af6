-- store: state
-- root_of: who people are by now. in: :person_ids   out: person_id, root_id
select person_id, root_id from identity_person where person_id in (:person_ids)
