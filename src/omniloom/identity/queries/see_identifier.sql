-- store: state
-- see_identifier: attach a new identifier, or widen the time a known one was seen in; its person never changes.
-- in: :kind, :value, :person_id, :first_seen_at, :last_seen_at
insert into identity_identifier (kind, value, person_id, first_seen_at, last_seen_at)
values (:kind, :value, :person_id, :first_seen_at, :last_seen_at)
on conflict (kind, value) do update set
    first_seen_at = case
        when excluded.first_seen_at < identity_identifier.first_seen_at then excluded.first_seen_at
        else identity_identifier.first_seen_at
    end,
    last_seen_at = case
        when excluded.last_seen_at > identity_identifier.last_seen_at then excluded.last_seen_at
        else identity_identifier.last_seen_at
    end
