-- store: state
-- add_segment: a new segment, not yet computed.
-- in: :segment_id :name :definition :now
insert into segments_segment (segment_id, name, definition, created_at, updated_at, refreshed_at, members, archived_at)
values (:segment_id, :name, :definition, :now, :now, null, 0, null)
