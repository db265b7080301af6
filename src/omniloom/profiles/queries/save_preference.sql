-- store: state
-- save_preference: what a person wishes. in: the columns of profiles_preference
insert into profiles_preference (
    person_id, frequency, paused_until, language, reply_channel, topics_off, updated_at
)
values (:person_id, :frequency, :paused_until, :language, :reply_channel, :topics_off, :updated_at)
on conflict (person_id) do update set
    frequency = excluded.frequency, paused_until = excluded.paused_until, language = excluded.language,
    reply_channel = excluded.reply_channel, topics_off = excluded.topics_off, updated_at = excluded.updated_at
