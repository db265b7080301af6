-- store: events
-- forget_asides: what merges hid of a segment that has another definition now, or none. in: :segment_id
delete from segments_aside where segment_id = :segment_id
