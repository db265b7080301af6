-- store: events
-- cost_currencies: currencies of costs and message prices. in: none   out: currency; order: most rows first
select currency
from (select currency from analytics_cost union all select currency from analytics_message_price)
group by currency
order by count(*) desc, currency
