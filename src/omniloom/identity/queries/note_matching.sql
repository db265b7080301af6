-- store: state
-- note_matching: how far a search for duplicates is. in: :job_id, :stage, :share
update identity_matching set stage = :stage, share = :share where job_id = :job_id
