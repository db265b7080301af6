-- store: state
-- note_decision: what was decided of a message that names somebody erased; the log is to forget it.
-- in: :position :struck :is_theirs
insert into identity_kept_out (position, struck, is_theirs) values (:position, :struck, :is_theirs)
on conflict (position) do update set struck = excluded.struck, is_theirs = excluded.is_theirs
