-- store: events
-- drop_members: forget members who are out, and ids that were merged into others.
-- in: :segment_id; stage_now (person_id)
delete from segments_member
where segment_id = :segment_id and person_id not in (select person_id from stage_now)
