-- store: state
-- archived_segment: one segment that was put away.
-- in: :segment_id   out: name, definition
select name, definition from segments_segment where segment_id = :segment_id and archived_at is not null
