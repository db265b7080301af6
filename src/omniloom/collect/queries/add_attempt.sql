-- store: state
-- add_attempt: one replay of a letter, the newest. in: :letter_id, :now, :attempt_id, what came of it  out: none
insert into collect_dead_letter_attempt (
    letter_id, attempt, tried_at, is_accepted, reason, field, message, edited, attempt_id
)
select letter_id, attempts, :now, :is_accepted, :reason, :field, :message, :edited, :attempt_id
from collect_dead_letter where letter_id = :letter_id
