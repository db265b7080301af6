-- store: state
-- seen_batches_forget: drops the batches, now that a run holds their ids. in: nothing   out: nothing
delete from store_seen_batch
