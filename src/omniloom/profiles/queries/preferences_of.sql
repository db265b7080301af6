-- store: state
-- preferences_of: the wishes of people and of everyone merged into them (the reader takes the newest).
-- in: :root_ids
-- out: root_id, person_id, frequency, paused_until, language, reply_channel, topics_off, updated_at
select
    p.root_id, w.person_id, w.frequency, w.paused_until, w.language, w.reply_channel, w.topics_off, w.updated_at
from identity_person as p
join profiles_preference as w on w.person_id = p.person_id
where p.root_id in (:root_ids)
