-- store: state
-- undo_merge: a merge stands no more. in: :merge_id, :undone_at, :undone_by
update identity_merge set undone_at = :undone_at, undone_by = :undone_by
where merge_id = :merge_id and undone_at is null
