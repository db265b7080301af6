-- store: state
-- arrival_misses: how events of a source missed their plan. in: :source_id  out: type, name, path, code, events, last_at
select type, name, path, code, events, last_at from collect_arrival_miss where source_id = :source_id
order by events desc, type, name, path, code
