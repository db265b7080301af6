-- store: events
-- forget_costs: make room for the costs about to be written again. in: stage_cost   out: none
delete from analytics_cost where cost_key in (select cost_key from stage_cost)
