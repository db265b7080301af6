-- store: state
-- campaigns: every campaign, newest first. in: none   out: journeys_campaign
select * from journeys_campaign order by created_at desc, campaign_id
