-- store: state
-- forget_apart: people of two groups may be one after all. in: :person_ids, :other_ids
delete from identity_apart where person_id in (:person_ids) and other_id in (:other_ids)
