-- store: state
-- count_matching: what a search for duplicates has come to so far.
-- in: :job_id, :people, :merged, :waiting, :refused, :threshold, :estimated_precision
update identity_matching
set people = :people, merged = :merged, waiting = :waiting, refused = :refused, threshold = :threshold,
    estimated_precision = :estimated_precision
where job_id = :job_id
