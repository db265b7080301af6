-- store: events
-- trait_names: the traits people have, most frequent first; whether some or all are numbers.
-- in: none   out: key, n, numbers
select key, count(*) as n, count(number) as numbers
from profiles_trait_current
where value is not null
group by key
order by n desc, key
