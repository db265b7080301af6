-- store: events
-- A source speaks of one person once: of what it said of those who became one, its newest word counts (it may be that
-- there is no value any more), as if they had been one from the beginning.
drop view profiles_trait_current;
create view profiles_trait_current as
select person_id, key, value, text, folded, number, occurred_at, source_id
from profiles_trait
where value is not null
    and person_id not in (select person_id from identity_override union all select root_id from identity_override)
    and key not in (select key from profiles_rule)
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
        and t.key not in (select key from profiles_rule)
    group by coalesce(o.root_id, t.person_id), t.key
) as newest
where t.value is not null
union all
select person_id, key, value, text, folded, number, occurred_at, source_id
from (
    select person_id, key, value, text, folded, number, occurred_at, source_id,
        row_number() over (
            partition by person_id, key
            order by
                case when rule = 'trust' then place else 0 end,
                case when rule = 'completeness' then -length(value) else 0 end,
                case when rule = 'vote' then -votes else 0 end,
                occurred_at desc, message_id desc, source_id desc
        ) as age
    from (
        select person_id, key, value, text, folded, number, occurred_at, message_id, source_id, rule, place,
            count(*) over (partition by person_id, key, value) as votes
        from (
            select coalesce(o.root_id, w.person_id) as person_id, w.key as key, w.value as value, w.text as text,
                w.folded as folded, w.number as number, w.occurred_at as occurred_at, w.message_id as message_id,
                w.source_id as source_id, r.rule as rule, coalesce(t.place, 1000000) as place,
                row_number() over (
                    partition by coalesce(o.root_id, w.person_id), w.key, w.source_id
                    order by w.occurred_at desc, w.message_id desc
                ) as again
            from profiles_word as w
            join profiles_rule as r on r.key = w.key
            left join profiles_trust as t on t.key = w.key and t.source_id = w.source_id
            left join identity_override as o on o.person_id = w.person_id
        ) as heard
        where again = 1 and value is not null
    ) as said
) as ranked
where age = 1;
