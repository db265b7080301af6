-- store: state
-- add_stranger: somebody other than its owner used an identifier. in: :kind, :value, :person_id
insert into identity_stranger (kind, value, person_id) values (:kind, :value, :person_id)
on conflict (kind, value, person_id) do nothing
