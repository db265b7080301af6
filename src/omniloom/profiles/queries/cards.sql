-- store: state
-- cards: the cards of people. in: :person_ids   out: person_id, name, city, timezone, language
select person_id, name, city, timezone, language from profiles_card where person_id in (:person_ids)
