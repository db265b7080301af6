-- store: state
-- erased_among: which of these digests are of erased identifiers. in: :digests (list)   out: digest
select digest from identity_tombstone where digest in (:digests)
