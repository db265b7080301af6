-- store: state
-- keep_out: a message of somebody erased came later; the log is to forget it. in: :position
insert into identity_kept_out (position) values (:position) on conflict (position) do nothing
