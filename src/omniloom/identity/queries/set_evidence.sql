-- store: state
-- set_evidence: what a merge rests on, and what was said about it since. in: :merge_id, :evidence
update identity_merge set evidence = :evidence where merge_id = :merge_id
