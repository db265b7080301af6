-- store: events
-- forget_campaigns: make room for names about to be written again. in: :campaign_ids   out: none
delete from analytics_campaign where campaign_id in (:campaign_ids)
