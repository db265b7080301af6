-- store: state
-- merge: one line of the journal. in: :merge_id
-- out: merge_id, from_id, into_id, from_end, into_end, evidence, undone_at
select merge_id, from_id, into_id, from_end, into_end, evidence, undone_at from identity_merge where merge_id = :merge_id
