-- store: state
-- forget_name_words: people are no longer found by these names. in: :person_ids
delete from profiles_name_word where person_id in (:person_ids)
