-- store: state
-- names_kept: the names on cards, as they are. in: :person_ids   out: person_id, name
select person_id, name from profiles_card where person_id in (:person_ids)
