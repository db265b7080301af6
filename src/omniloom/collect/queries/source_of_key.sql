-- store: state
-- source_of_key: the source of a write key. in: :write_key  out: all columns  rows: at most one
select source_id, name, kind, write_key, created_at, disabled_at from collect_source where write_key = :write_key
