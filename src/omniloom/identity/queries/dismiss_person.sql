-- store: state
-- dismiss_person: take a number away from whom nothing is known by and nobody was merged with; it is never given again.
-- in: :person_id :now
insert into identity_erased (person_id, erasure_id, erased_at)
select p.person_id, '', :now from identity_person as p
where
    p.person_id = :person_id and p.root_id = p.person_id
    and not exists (select 1 from identity_identifier as i where i.person_id = p.person_id or i.shared_id = p.person_id)
    and not exists (select 1 from identity_person as o where o.root_id = p.person_id and o.person_id <> p.person_id)
on conflict (person_id) do nothing
