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
create view profiles_trait_current as
select
    coalesce(o.root_id, t.person_id) as person_id,
    t.key as key,
    arg_max(t.value, (t.occurred_at, t.message_id)) as value,
    arg_max(t.text, (t.occurred_at, t.message_id)) as text,
    arg_max(t.folded, (t.occurred_at, t.message_id)) as folded,
    arg_max(t.number, (t.occurred_at, t.message_id)) as number,
    max(t.occurred_at) as occurred_at,
    arg_max(t.source_id, (t.occurred_at, t.message_id)) as source_id
from profiles_trait as t left join identity_override as o on o.person_id = t.person_id
group by coalesce(o.root_id, t.person_id), t.key;
