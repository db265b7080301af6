-- store: state
-- add_identifier: attach a new identifier; only by hand does it change its person.
-- in: :kind, :value, :person_id, :first_seen_at, :last_seen_at, :browser (a digest: where it was typed first)
insert into identity_identifier (kind, value, person_id, first_seen_at, last_seen_at, verified_in)
values (:kind, :value, :person_id, :first_seen_at, :last_seen_at, :browser)
