-- store: events
-- drop_gone: forget certain rows of a segment.
-- in: :segment_id; stage_gone (person_id)
delete from segments_member
where segment_id = :segment_id and person_id in (select person_id from stage_gone)
