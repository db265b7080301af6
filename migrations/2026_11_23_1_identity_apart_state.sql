-- store: state
-- A parting is no longer forgotten by a merge by hand: it says nothing while the two are one, and holds again once they
-- are two. So a decision need not remember it: what the standing ones remember is put back.
insert into identity_apart (person_id, other_id, since, said_by)
select m.from_id, m.into_id, i.decided_at, i.decided_by
from identity_pair as i
join identity_merge as m on m.merge_id = i.merge_id
where i.was_apart = 1 and i.status = 'merged' and m.undone_at is null and i.decided_at is not null
on conflict (person_id, other_id) do nothing;
insert into identity_apart (person_id, other_id, since, said_by)
select m.into_id, m.from_id, i.decided_at, i.decided_by
from identity_pair as i
join identity_merge as m on m.merge_id = i.merge_id
where i.was_apart = 1 and i.status = 'merged' and m.undone_at is null and i.decided_at is not null
on conflict (person_id, other_id) do nothing;
alter table identity_pair drop column was_apart;
