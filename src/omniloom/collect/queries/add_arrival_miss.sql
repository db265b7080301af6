-- store: state
-- add_arrival_miss: more events missed their plan in one way. in: all columns  out: none
insert into collect_arrival_miss (source_id, type, name, path, code, events, last_at)
values (:source_id, :type, :name, :path, :code, :events, :last_at)
on conflict (source_id, type, name, path, code) do update set
    events = collect_arrival_miss.events + excluded.events, last_at = excluded.last_at
