-- store: state
-- tombstones_of: what one erasure left behind. in: :erasure_id   out: digest, kind
select digest, kind from identity_tombstone where erasure_id = :erasure_id order by digest
