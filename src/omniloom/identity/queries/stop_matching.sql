-- store: state
-- stop_matching: asks a search for duplicates to end. in: :job_id   rows: 1, or 0 if it does not run
update identity_matching set is_stopping = 1 where job_id = :job_id and outcome = 'running'
