-- store: events
-- add_newer_words: staged words where nothing newer of that source is known. in: stage_word (columns of profiles_word)
insert into profiles_word (person_id, key, value, text, folded, number, occurred_at, message_id, source_id)
select s.person_id, s.key, s.value, s.text, s.folded, s.number, s.occurred_at, s.message_id, s.source_id
from stage_word as s
where not exists (
    select 1 from profiles_word as w
    where w.person_id = s.person_id and w.key = s.key and w.source_id = s.source_id
)
