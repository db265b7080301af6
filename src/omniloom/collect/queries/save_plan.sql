-- store: state
-- save_plan: a new plan, or its next revision. in: all columns  out: none
insert into collect_plan (plan_id, name, definition, revision, updated_at, updated_by)
values (:plan_id, :name, :definition, :revision, :updated_at, :updated_by)
on conflict (plan_id) do update set
    name = excluded.name, definition = excluded.definition, revision = excluded.revision,
    updated_at = excluded.updated_at, updated_by = excluded.updated_by
