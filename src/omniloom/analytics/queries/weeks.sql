-- store: events
-- weeks: conversions and revenue by week. in: :conversion :currency :since :until
-- out: week_on (its Monday), orders, revenue_minor; weeks with none are absent
select
    cast(date_trunc('week', occurred_at) as date) as week_on,
    count(*) as orders,
    sum(coalesce(revenue_minor, 0)) as revenue_minor
from identity_history
where
    type = 'track' and name = :conversion and coalesce(currency, :currency) = :currency
    and occurred_at >= :since and occurred_at < :until
group by 1
order by 1
