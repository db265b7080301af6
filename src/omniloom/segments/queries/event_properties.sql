-- store: events
-- event_properties: names of properties on the newest events of one name, most frequent first.
-- in: :event :rows_max   out: name, n
select k.name as name, count(*) as n
from (
    select unnest(json_keys(recent.properties)) as name
    from (
        select properties from identity_history where name = :event order by position desc limit :rows_max
    ) as recent
) as k
group by k.name
order by n desc, k.name
