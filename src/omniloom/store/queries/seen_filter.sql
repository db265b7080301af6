-- store: state
-- seen_filter: the filter of one run. in: :run_id   out: filter   order: none
select filter from store_seen_run where run_id = :run_id
