-- store: events
-- people_totals: how far people have come. in: :conversion   out: known, contacted, responded, bought, bought_again
with person as (
    select
        person_id,
        count(case when type = 'track' and name = :conversion then 1 end) as conversions
    from identity_history
    group by person_id
),
touched as (
    select person_id, bool_or(is_response) as is_response from analytics_touch group by person_id
)
select
    count(*) as known,
    count(t.person_id) as contacted,
    count(case when t.is_response then 1 end) as responded,
    count(case when p.conversions > 0 then 1 end) as bought,
    count(case when p.conversions > 1 then 1 end) as bought_again
from person as p
left join touched as t on t.person_id = p.person_id
