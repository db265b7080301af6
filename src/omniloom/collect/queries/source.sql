-- store: state
-- source: one source. in: :source_id  out: all columns  rows: at most one
select source_id, name, kind, write_key, created_at, disabled_at from collect_source where source_id = :source_id
