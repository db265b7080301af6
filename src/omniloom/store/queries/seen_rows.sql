-- store: state
-- seen_rows: some rows of a run. in: :run_id, :buckets   out: bucket, body   order: none
select bucket, body from store_seen_row where run_id = :run_id and bucket in (:buckets)
