-- store: events
create table profiles_trait (
    person_id bigint not null,
    key varchar not null,
    value varchar,
    text varchar,
    folded varchar,
    number double,
    occurred_at timestamp not null,
    message_id varchar not null,
    source_id varchar not null
);
-- One row per person and key as the person was when the trait came; a null value is a removed trait, kept so that a
-- late older event does not bring it back. The view shows the newest of everyone merged into a person.
-- Almost nobody is part of a merge, so everybody else's rows are read as they are (5M events, 500k people: 35 ms against
-- 450 ms for grouping all of them).
create view profiles_trait_current as
select person_id, key, value, text, folded, number, occurred_at, source_id
from profiles_trait
where value is not null
    and person_id not in (select person_id from identity_override union all select root_id from identity_override)
union all
select person_id, key, t.value as value, t.text as text, t.folded as folded, t.number as number, occurred_at,
    t.source_id as source_id
from (
    select coalesce(o.root_id, t.person_id) as person_id, t.key as key, max(t.occurred_at) as occurred_at,
        arg_max(
            struct_pack(
                value := t.value, text := t.text, folded := t.folded, number := t.number, source_id := t.source_id
            ),
            (t.occurred_at, t.message_id)
        ) as t
    from profiles_trait as t left join identity_override as o on o.person_id = t.person_id
    where t.person_id in (select person_id from identity_override union all select root_id from identity_override)
    group by coalesce(o.root_id, t.person_id), t.key
) as newest
where t.value is not null;
