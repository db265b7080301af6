-- store: events
-- recent: how much has happened lately. in: :day_ago :week_ago :now   out: events_day, events_week, last_at
select
    count(case when occurred_at > :day_ago and occurred_at <= :now then 1 end) as events_day,
    count(case when occurred_at > :week_ago and occurred_at <= :now then 1 end) as events_week,
    max(occurred_at) as last_at
from identity_event
