-- store: state
-- source_of_name: the source of that name. in: :name  out: all columns  rows: at most one
select source_id, name, kind, write_key, created_at, disabled_at from collect_source where name = :name
