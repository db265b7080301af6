-- store: state
-- identifiers_of: every identifier of people, merged ones included, strongest use first.
-- in: :root_ids   out: root_id, person_id, kind, value, first_seen_at, last_seen_at, shared_position
-- order: last seen first
select p.root_id, i.person_id, i.kind, i.value, i.first_seen_at, i.last_seen_at, i.shared_position
from identity_person as p
join identity_identifier as i on i.person_id = p.person_id
where p.root_id in (:root_ids)
order by i.last_seen_at desc, i.kind, i.value
