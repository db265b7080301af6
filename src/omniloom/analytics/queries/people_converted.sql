-- store: events
-- people_converted: who ordered within the lookback after a touch of a campaign, latest order first.
-- in: :campaign_id :conversion :lookback_us :since :until :rows_max   out: person_id
select c.person_id
from identity_history as c
join analytics_touch as t on t.person_id = c.person_id
where
    c.type = 'track' and c.name = :conversion and c.occurred_at >= :since and c.occurred_at < :until
    and t.campaign_id = :campaign_id and t.occurred_at <= c.occurred_at
    and epoch_us(t.occurred_at) >= epoch_us(c.occurred_at) - :lookback_us
group by c.person_id
order by max(c.occurred_at) desc, c.person_id
limit :rows_max
