-- store: state
-- segments: every segment that is not archived.
-- in: none   out: one row per segment   order: name
select segment_id, name, definition, created_at, updated_at, refreshed_at, members
from segments_segment
where archived_at is null
order by name, segment_id
