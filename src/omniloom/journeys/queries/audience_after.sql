-- store: events
-- audience_after: the next people of a frozen audience. in: :campaign_id :person_id :rows_max   out: person_id in order
select person_id
from journeys_audience
where campaign_id = :campaign_id and person_id > :person_id
order by person_id
limit :rows_max
