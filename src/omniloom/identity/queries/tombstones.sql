-- store: state
-- tombstones: which of these digests are of erased identifiers. in: :digests   out: digest, erased_at, erasure_id
select digest, erased_at, erasure_id from identity_tombstone where digest in (:digests)
