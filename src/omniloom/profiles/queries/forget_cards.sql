-- store: state
-- forget_cards: drop cards. in: :person_ids
delete from profiles_card where person_id in (:person_ids)
