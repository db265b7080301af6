-- store: state
-- attempts_of: a letter's replays. in: :letter_id  out: all columns  order: oldest first
select attempt, tried_at, is_accepted, reason, field, message, edited from collect_dead_letter_attempt
where letter_id = :letter_id order by attempt
