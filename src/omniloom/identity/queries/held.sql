-- store: state
-- held: the identifiers people hold, everyone merged into them included. in: :root_ids
-- out: root_id, kind, first_seen_at   rows: one per identifier
select p.root_id, i.kind, i.first_seen_at
from identity_person as p
join identity_identifier as i on i.person_id = p.person_id
where p.root_id in (:root_ids)
