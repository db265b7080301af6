-- store: state
-- plans: every tracking plan. in: none  out: all columns  order: name
select plan_id, name, definition, revision, updated_at, updated_by from collect_plan order by name
