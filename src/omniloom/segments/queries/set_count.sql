-- store: state
-- set_count: how many members a segment has by now; when it was last computed as a whole stays as it is.
-- in: :segment_id :members
update segments_segment
set members = :members
where segment_id = :segment_id and archived_at is null
