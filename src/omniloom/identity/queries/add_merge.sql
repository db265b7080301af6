-- store: state
-- add_merge: journal one merge. in: :merge_id, :from_id, :into_id, :rule, :evidence, :merged_at
insert into identity_merge (merge_id, from_id, into_id, rule, evidence, merged_at, undone_at)
values (:merge_id, :from_id, :into_id, :rule, :evidence, :merged_at, null)
