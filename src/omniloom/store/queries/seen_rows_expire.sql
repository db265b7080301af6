-- store: state
-- seen_rows_expire: deletes a slice of an expired run. in: :run_id, :rows_max   out: nothing
delete from store_seen_row
where run_id = :run_id and bucket in (
    select bucket from store_seen_row where run_id = :run_id order by bucket limit :rows_max
)
