-- store: state
-- add_merge: journal one merge.
-- in: :merge_id, :from_id, :into_id, :from_end, :into_end (whom it links, parts of the two), :rule, :evidence,
-- :merged_at, :version (of the roots it made), :joined_kind, :joined_value (the identifier that joined them; null if
-- none did), :position (of the log, when it was decided)
insert into identity_merge (
    merge_id, from_id, into_id, from_end, into_end, rule, evidence, merged_at, version, undone_at, joined_kind,
    joined_value, position
)
values (
    :merge_id, :from_id, :into_id, :from_end, :into_end, :rule, :evidence, :merged_at, :version, null, :joined_kind,
    :joined_value, :position
)
