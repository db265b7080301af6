-- store: state
-- graph_identifiers: what is known of a person's identifiers, and those of others that the person used too.
-- in: :person_ids (of everyone merged into the person)
-- out: kind, value, person_id (who used it), first_seen_at, last_seen_at, is_shared, verified_at (null: never),
--      is_foreign (another person's), users (people who were counted using it, before it was found to be shared)
select
    i.kind, i.value, i.person_id, i.first_seen_at, i.last_seen_at,
    case when i.shared_position is null then 0 else 1 end as is_shared, i.verified_at, 0 as is_foreign,
    1 + (select count(*) from identity_stranger as o where o.kind = i.kind and o.value = i.value) as users
from identity_identifier as i
where i.person_id in (:person_ids)
union all
select
    s.kind, s.value, s.person_id, i.first_seen_at, i.last_seen_at,
    case when i.shared_position is null then 0 else 1 end as is_shared, null as verified_at, 1 as is_foreign,
    1 + (select count(*) from identity_stranger as o where o.kind = s.kind and o.value = s.value) as users
from identity_stranger as s
join identity_identifier as i on i.kind = s.kind and i.value = s.value
where s.person_id in (:person_ids) and i.person_id not in (:person_ids)
