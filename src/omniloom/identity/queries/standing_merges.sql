-- store: state
-- standing_merges: the merges that make people one. in: :root_id   out: from_id, into_id
select m.from_id, m.into_id
from identity_person as p
join identity_merge as m on m.from_id = p.person_id
where p.root_id = :root_id and m.undone_at is null
