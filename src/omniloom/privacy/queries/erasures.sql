-- store: state
-- erasures: acts of erasure, newest first. in: :rows_max   out: all columns
select
    erasure_id, request_id, person_ids, state, reason, asked_by, asked_at, log_through, finished_at, counts
from privacy_erasure
order by asked_at desc, erasure_id
limit :rows_max
