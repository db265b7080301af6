-- store: state
-- seen_batches: ids that are in no run yet. in: nothing   out: settled_at, body   order: as they came
select settled_at, body from store_seen_batch order by batch_id
