-- store: events
-- forget_audience: an audience that was frozen and not noted. in: :campaign_id
delete from journeys_audience where campaign_id = :campaign_id
