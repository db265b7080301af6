-- store: state
-- add_consent_entry: one line of the consent history, once.
-- in: :source_id, :message_id, :person_id, :channel, :purpose, :is_given, :wording, :method, :occurred_at,
-- :recorded_at
insert into profiles_consent_entry
    (source_id, message_id, person_id, channel, purpose, is_given, wording, method, occurred_at, recorded_at)
values
    (:source_id, :message_id, :person_id, :channel, :purpose, :is_given, :wording, :method, :occurred_at, :recorded_at)
on conflict (source_id, message_id, channel, purpose) do nothing
