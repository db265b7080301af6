-- store: state
-- end_matching: a search for duplicates has ended, in whatever way. in: :job_id, :outcome, :error, :ended_at
update identity_matching set outcome = :outcome, error = :error, ended_at = :ended_at
where job_id = :job_id and outcome = 'running'
