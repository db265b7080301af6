-- store: events
-- cost_currencies: currencies of imported costs. in: none   out: currency, rows; order: most first
select currency, count(*) as rows from analytics_cost group by currency order by rows desc, currency
