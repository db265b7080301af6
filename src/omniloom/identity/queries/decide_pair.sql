-- store: state
-- decide_pair: what was decided about two people. in: :left_id, :right_id, :status, :decided_at, :decided_by,
-- :merge_id (that a person's decision made)
update identity_pair
set status = :status, decided_at = :decided_at, decided_by = :decided_by, merge_id = :merge_id
where left_id = :left_id and right_id = :right_id
