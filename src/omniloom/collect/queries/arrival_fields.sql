-- store: state
-- arrival_fields: fields that a source sent. in: :source_id  out: type, name, path, kind, seen
select type, name, path, kind, seen from collect_arrival_field where source_id = :source_id
order by type, name, path, seen desc, kind
