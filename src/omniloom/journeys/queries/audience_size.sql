-- store: events
-- audience_size: how many a frozen audience is. in: :campaign_id   out: people
select count(*) as people from journeys_audience where campaign_id = :campaign_id
