-- store: state
-- kept_out: where messages of erased people lie in the log. in: :rows_max   out: position
select position from identity_kept_out order by position limit :rows_max
