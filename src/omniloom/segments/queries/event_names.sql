-- store: events
-- event_names: what people did, most frequent first.
-- in: none   out: name, n
select name, count(*) as n
from identity_history
where type = 'track' and name <> ''
group by name
order by n desc, name
