-- store: state
-- hang_merge: a merge links other members of a person than it did, or rests on another identifier.
-- in: :merge_id, :from_end, :into_end, :joined_kind, :joined_value
update identity_merge
set from_end = :from_end, into_end = :into_end, joined_kind = :joined_kind, joined_value = :joined_value
where merge_id = :merge_id
