-- store: state
-- add_name_word: a person is found by a word. in: :word, :person_id
insert into profiles_name_word (word, person_id) values (:word, :person_id) on conflict (word, person_id) do nothing
