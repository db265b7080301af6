-- store: state
-- erasures_pending: acts of erasure in one state, the oldest first. in: :state :rows_max   out: all columns of an act
select
    erasure_id, request_id, person_ids, state, reason, asked_by, asked_at, log_through, finished_at, counts
from privacy_erasure
where state = :state
order by asked_at, erasure_id
limit :rows_max
