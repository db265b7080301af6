-- store: state
-- hand_shared_on: a shared identifier belongs to nobody in particular once its first user is erased. in: :person_ids
update identity_identifier set person_id = shared_id
where person_id in (:person_ids) and shared_id is not null
