-- store: state
-- add_erasure: write an act of erasure down. in: all columns of an act, :refusals_through (where the refusals log ends)
insert into privacy_erasure (
    erasure_id, request_id, person_ids, state, reason, asked_by, asked_at, log_through, finished_at, counts,
    refusals_through
) values (
    :erasure_id, :request_id, :person_ids, :state, :reason, :asked_by, :asked_at, :log_through, :finished_at, :counts,
    :refusals_through
)
