-- store: state
-- tombstones: which of these digests are of erased identifiers. in: :digests   out: digest, erased_at
select digest, erased_at from identity_tombstone where digest in (:digests)
