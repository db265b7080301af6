-- store: state
-- undo_merge: a merge stands no more. in: :merge_id, :undone_at, :undone_by, :position (of the log), :version
update identity_merge
set undone_at = :undone_at, undone_by = :undone_by, undone_position = :position, undone_version = :version
where merge_id = :merge_id and undone_at is null
