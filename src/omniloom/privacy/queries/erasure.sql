-- store: state
-- erasure: one act of erasure. in: :erasure_id   out: all columns
select
    erasure_id, request_id, person_ids, state, reason, asked_by, asked_at, log_through, finished_at, counts
from privacy_erasure
where erasure_id = :erasure_id
