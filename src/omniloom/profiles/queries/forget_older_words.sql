-- store: events
-- forget_older_words: make room for staged words of the same source that are newer.
-- in: stage_word (columns of profiles_word)
delete from profiles_word
using stage_word as s
where s.person_id = profiles_word.person_id and s.key = profiles_word.key and s.source_id = profiles_word.source_id
    and (s.occurred_at, s.message_id) >= (profiles_word.occurred_at, profiles_word.message_id)
