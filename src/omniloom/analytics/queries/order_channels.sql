-- store: events
-- order_channels: conversions and revenue by the channel they were made in. in: :conversion :currency
-- out: channel ('' = not said), orders, revenue_minor, people; order: revenue first
select
    coalesce(channel, '') as channel,
    count(*) as orders,
    sum(coalesce(revenue_minor, 0)) as revenue_minor,
    count(distinct person_id) as people
from identity_history
where type = 'track' and name = :conversion and coalesce(currency, :currency) = :currency
group by 1
order by revenue_minor desc, channel
