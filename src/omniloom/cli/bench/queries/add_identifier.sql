-- store: state
-- add_identifier: one identifier of a person.   in: :kind :value :person_id :now
insert into identity_identifier (kind, value, person_id, first_seen_at, last_seen_at)
values (:kind, :value, :person_id, :now, :now)
