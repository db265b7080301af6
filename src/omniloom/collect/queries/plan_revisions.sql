-- store: state
-- plan_revisions: which plans there are, to see whether one changed. in: none  out: plan_id, revision  order: plan_id
select plan_id, revision from collect_plan order by plan_id
