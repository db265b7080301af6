-- store: state
-- held_kinds: which kinds of identifier people hold, everyone merged into them included.
-- in: :root_ids   out: root_id, kind   rows: one per person and kind
select distinct p.root_id, i.kind
from identity_person as p
join identity_identifier as i on i.person_id = p.person_id
where p.root_id in (:root_ids)
