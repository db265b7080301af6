-- store: state
-- change_segment: a new name or definition; the membership is due again.
-- in: :segment_id :name :definition :now
update segments_segment
set name = :name, definition = :definition, updated_at = :now, refreshed_at = null
where segment_id = :segment_id
