-- store: state
-- add_merge: journal one merge.
-- in: :merge_id, :from_id, :into_id, :rule, :evidence, :merged_at, :version (of the roots it made)
insert into identity_merge (merge_id, from_id, into_id, rule, evidence, merged_at, version, undone_at)
values (:merge_id, :from_id, :into_id, :rule, :evidence, :merged_at, :version, null)
