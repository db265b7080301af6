-- store: state
-- drop_lone_attempts: forget replays whose letter is gone. in: none  out: none
delete from collect_dead_letter_attempt
where letter_id not in (select letter_id from collect_dead_letter)
