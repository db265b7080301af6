-- store: state
-- attempts_after: tries at correcting refused items, to look through. in: :after :rows_max
-- out: attempt_id, letter_id, texts   order: oldest first
select attempt_id, letter_id, edited, message
from collect_dead_letter_attempt
where attempt_id > :after
order by attempt_id
limit :rows_max
