-- store: state
-- share_identifier: many people use it from a log position on. in: :kind, :value, :position, :shared_id
update identity_identifier set shared_position = :position, shared_id = :shared_id
where kind = :kind and value = :value
