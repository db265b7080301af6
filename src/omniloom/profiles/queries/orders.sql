-- store: events
-- orders: what people, by their original ids, bought.
-- in: :person_ids and their bounds :person_min, :person_max (see timeline.sql); :order_completed
-- out: currency, orders, revenue_minor, last_order_at   rows: one per currency, the most used first
select
    currency, count(*) as orders, cast(coalesce(sum(revenue_minor), 0) as bigint) as revenue_minor,
    max(occurred_at) as last_order_at
from identity_history
where original_id in (:person_ids) and original_id >= :person_min and original_id <= :person_max
    and type = 'track' and name = :order_completed
group by currency
order by orders desc, currency
