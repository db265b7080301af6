-- store: state
-- restore_segment: take an archived segment back into use; its membership is due again.
-- in: :segment_id :now   out: rows changed
update segments_segment
set archived_at = null, updated_at = :now, refreshed_at = null
where segment_id = :segment_id and archived_at is not null
    and name not in (select a.name from segments_segment as a where a.archived_at is null)
