-- store: state
-- seen_batch_add: remembers a batch of ids. in: :batch_id, :settled_at, :body   out: nothing
insert into store_seen_batch (batch_id, settled_at, body) values (:batch_id, :settled_at, :body)
