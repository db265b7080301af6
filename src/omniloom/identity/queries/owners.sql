-- store: state
-- owners: whose identifiers of one kind are, and who these people are by now.
-- in: :kind, :sought   out: value, person_id, root_id, first_seen_at, last_seen_at, shared_position, shared_id,
-- verified_in
-- rows: one per known value
select i.value, i.person_id, p.root_id, i.first_seen_at, i.last_seen_at, i.shared_position, i.shared_id,
    i.verified_in
from identity_identifier as i
join identity_person as p on p.person_id = i.person_id
where i.kind = :kind and i.value in (:sought)
