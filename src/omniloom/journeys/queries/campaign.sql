-- store: state
-- campaign: one campaign by its id, else by its name. in: :id_or_name   out: journeys_campaign
select * from journeys_campaign
where campaign_id = :id_or_name or name = :id_or_name
order by case when campaign_id = :id_or_name then 0 else 1 end
limit 1
