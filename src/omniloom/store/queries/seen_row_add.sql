-- store: state
-- seen_row_add: adds one row of a run. in: :run_id, :bucket, :body   out: nothing
insert into store_seen_row (run_id, bucket, body) values (:run_id, :bucket, :body)
