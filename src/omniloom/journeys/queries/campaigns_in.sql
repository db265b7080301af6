-- store: state
-- campaigns_in: campaigns in some states, oldest launch first. in: :states   out: journeys_campaign
select * from journeys_campaign where state in (:states) order by coalesce(launched_at, 0), campaign_id
