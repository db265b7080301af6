-- store: state
-- add_arrival_field: a field was seen in more events. in: all columns  out: none
insert into collect_arrival_field (source_id, type, name, path, kind, seen)
values (:source_id, :type, :name, :path, :kind, :seen)
on conflict (source_id, type, name, path, kind) do update set seen = collect_arrival_field.seen + excluded.seen
