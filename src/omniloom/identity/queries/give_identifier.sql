-- store: state
-- give_identifier: an identifier is another person's from now on, who has proved nothing yet. in: :kind, :value, :person_id
update identity_identifier set person_id = :person_id, verified_at = null, verified_in = null
where kind = :kind and value = :value
