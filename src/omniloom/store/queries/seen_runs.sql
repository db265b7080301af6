-- store: state
-- seen_runs: the runs there are. in: nothing   out: run_id, ids, expires_at   order: run_id
select run_id, ids, expires_at from store_seen_run order by run_id
