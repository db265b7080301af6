-- store: state
-- lift_tombstones: these identifiers may be known again. in: :digests
delete from identity_tombstone where digest in (:digests)
