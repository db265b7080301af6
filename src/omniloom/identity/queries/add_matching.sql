-- store: state
-- add_matching: a search for duplicates begins.
-- in: :job_id, :fence, :automatic, :started_by, :started_at, :stage, :outcome
insert into identity_matching
    (job_id, fence, automatic, started_by, started_at, stage, share, is_stopping, outcome)
values (:job_id, :fence, :automatic, :started_by, :started_at, :stage, 0, 0, :outcome)
