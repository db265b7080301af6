-- store: state
-- archive_segment: out of sight; its name is free again.
-- in: :segment_id :now
update segments_segment set archived_at = :now where segment_id = :segment_id
