-- store: state
-- set_root: people are part of somebody. in: :person_ids, :root_id, :version
update identity_person set root_id = :root_id, version = :version where person_id in (:person_ids)
