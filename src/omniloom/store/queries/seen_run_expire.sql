-- store: state
-- seen_run_expire: deletes an expired run of which no row is left. in: :run_id   out: nothing
delete from store_seen_run where run_id = :run_id
