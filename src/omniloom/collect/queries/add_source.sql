-- store: state
-- add_source: a new source; nothing if its name is taken. in: all columns  out: none
insert into collect_source (source_id, name, kind, write_key, created_at, disabled_at)
values (:source_id, :name, :kind, :write_key, :created_at, null)
on conflict (name) do nothing
