-- store: events
-- forget_overrides: make room for the staged rows. in: stage_override (person_id, root_id)
delete from identity_override where person_id in (select person_id from stage_override)
