-- store: state
-- mark_refreshed: the membership was computed, unless the definition changed meanwhile.
-- in: :segment_id :definition (as computed) :members :now
update segments_segment
set refreshed_at = :now, members = :members
where segment_id = :segment_id and definition = :definition and archived_at is null
