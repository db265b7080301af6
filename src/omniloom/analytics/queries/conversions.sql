-- store: events
-- conversions: conversions and revenue of a period by currency, counted plainly; what credits must add up to.
-- in: :conversion :since :until   out: currency (null = not said), conversions, revenue_minor, order: most first
select currency, count(*) as conversions, coalesce(sum(revenue_minor), 0) as revenue_minor
from identity_history
where type = 'track' and name = :conversion and occurred_at >= :since and occurred_at < :until
group by currency
order by conversions desc, currency
