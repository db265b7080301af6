-- store: events
-- forget_prices: make room for message prices about to be written again. in: :campaign_ids   out: none
delete from analytics_message_price where campaign_id in (:campaign_ids)
