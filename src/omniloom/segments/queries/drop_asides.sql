-- store: events
-- drop_asides: certain people's memberships are hidden no more. in: :segment_id; stage_shown (person_id)
delete from segments_aside
where segment_id = :segment_id and person_id in (select person_id from stage_shown)
