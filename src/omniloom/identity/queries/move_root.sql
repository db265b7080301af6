-- store: state
-- move_root: everyone who is part of one person becomes part of another, who changes by it too.
-- in: :from_id, :into_id, :version
update identity_person set root_id = :into_id, version = :version where root_id = :from_id
