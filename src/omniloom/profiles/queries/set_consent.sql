-- store: state
-- set_consent: a word is in force unless a newer one is; at one instant a withdrawal wins.
-- in: :person_id, :advertiser, :channel, :purpose, :is_given, :occurred_at, :message_id
insert into profiles_consent (person_id, advertiser, channel, purpose, is_given, occurred_at, message_id)
values (:person_id, :advertiser, :channel, :purpose, :is_given, :occurred_at, :message_id)
on conflict (person_id, advertiser, channel, purpose) do update set
    is_given = excluded.is_given, occurred_at = excluded.occurred_at, message_id = excluded.message_id
where excluded.occurred_at > profiles_consent.occurred_at
    or (excluded.occurred_at = profiles_consent.occurred_at and excluded.is_given < profiles_consent.is_given)
