-- store: state
-- merges_of: the journal of everyone who is part of a person.
-- in: :root_id   out: merge_id, from_id, into_id, rule, evidence, merged_at, undone_at   order: oldest first
select m.merge_id, m.from_id, m.into_id, m.rule, m.evidence, m.merged_at, m.undone_at
from identity_merge as m
join identity_person as p on p.person_id = m.from_end
where p.root_id = :root_id
order by m.version
