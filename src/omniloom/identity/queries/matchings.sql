-- store: state
-- matchings: the latest searches for duplicates, or one of them, the last first. in: :job_id ('' for all), :rows_max
-- out: job_id, fence, automatic, started_by, started_at, stage, share, is_stopping, outcome, people, merged, waiting,
-- out: refused, threshold, estimated_precision, error, ended_at
select job_id, fence, automatic, started_by, started_at, stage, share, is_stopping, outcome, people, merged, waiting,
    refused, threshold, estimated_precision, error, ended_at
from identity_matching
where :job_id = '' or job_id = :job_id
order by started_at desc, fence desc
limit :rows_max
