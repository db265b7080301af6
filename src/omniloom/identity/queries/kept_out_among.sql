-- store: state
-- kept_out_among: which of some messages came for somebody who had been erased. in: :positions   out: position
select position from identity_kept_out where position in (:positions)
