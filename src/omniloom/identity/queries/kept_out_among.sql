-- store: state
-- kept_out_among: what was decided of some messages that name somebody erased. in: :positions
-- out: position, struck (JSON list of digests; null: it is nobody's), is_theirs
select position, struck, is_theirs from identity_kept_out where position in (:positions)
