-- store: state
-- seen_run_add: adds a run. in: :run_id, :ids, :expires_at (null: never), :filter   out: nothing
insert into store_seen_run (run_id, ids, expires_at, filter) values (:run_id, :ids, :expires_at, :filter)
