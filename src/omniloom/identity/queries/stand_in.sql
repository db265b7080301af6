-- store: state
-- stand_in: another person stands in for a shared identifier, also as its owner if the last one did.
-- in: :kind, :value, :shared_id
update identity_identifier set
    person_id = case when person_id = shared_id then :shared_id else person_id end, shared_id = :shared_id
where kind = :kind and value = :value
