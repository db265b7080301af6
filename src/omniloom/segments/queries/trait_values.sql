-- store: events
-- trait_values: the values of one trait that begin with a text, most frequent first.
-- in: :key :prefix (folded) :rows_max   out: value, n
select text as value, count(*) as n
from profiles_trait_current
where key = :key and text is not null and starts_with(folded, :prefix)
group by text
order by n desc, value
limit :rows_max
