-- store: events
-- add_older_words: traits on keys with a rule that came before words were kept by source. in: nothing
insert into profiles_word (person_id, key, value, text, folded, number, occurred_at, message_id, source_id)
select t.person_id, t.key, t.value, t.text, t.folded, t.number, t.occurred_at, t.message_id, t.source_id
from profiles_trait as t
where t.key in (select key from profiles_rule)
    and not exists (
        select 1 from profiles_word as w
        where w.person_id = t.person_id and w.key = t.key and w.source_id = t.source_id
    )
