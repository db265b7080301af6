-- store: state
-- erasures_looking: erasures that wait until refused items were looked through, the oldest first. in: none
-- out: erasure_id, refusals_through (of the refusals log, when it began), and where it joined the look: look_round
-- (null: it has not), look_from (the last letter looked through then), look_to (the last one there was)
select erasure_id, refusals_through, look_round, look_from, look_to
from privacy_erasure
where state = 'begun'
order by asked_at, erasure_id
limit 10000
