-- store: state
-- drop_plan: forget a plan. in: :plan_id  out: none
delete from collect_plan where plan_id = :plan_id
