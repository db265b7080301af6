-- store: state
-- sources: every source. in: none  out: all columns  rows: one per source  order: name
select source_id, name, kind, write_key, created_at, disabled_at from collect_source order by name
