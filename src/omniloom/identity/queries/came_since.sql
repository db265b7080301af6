-- store: state
-- came_since: how many events named somebody erased since. in: :erasure_ids
-- out: erasure_id, kept_out, struck, last_at
select erasure_id, kept_out, struck, last_at from identity_came_since where erasure_id in (:erasure_ids)
