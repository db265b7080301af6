-- store: state
-- forget_kept_out: these messages are out of the log. in: :positions
delete from identity_kept_out where position in (:positions)
