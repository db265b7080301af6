-- store: state
-- standing_merges: the merges that make people one. in: :root_id
-- out: merge_id, from_end, into_end, joined_kind, joined_value, evidence   order: oldest first
select m.merge_id, m.from_end, m.into_end, m.joined_kind, m.joined_value, m.evidence
from identity_person as p
join identity_merge as m on m.from_end = p.person_id
where p.root_id = :root_id and m.undone_at is null
order by m.version, m.merge_id
