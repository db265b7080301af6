-- store: events
-- people_touched: whom a campaign touched, latest first. in: :campaign_id :responses_only :since :until :rows_max
-- out: person_id
select person_id
from analytics_touch
where
    campaign_id = :campaign_id and (is_response or not :responses_only)
    and occurred_at >= :since and occurred_at < :until
group by person_id
order by max(occurred_at) desc, person_id
limit :rows_max
