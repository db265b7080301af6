-- store: state
-- add_arrival_sample: a newer sample in the place of an old one. in: all columns  out: none
insert into collect_arrival_sample (source_id, type, name, place, seen_at, body)
values (:source_id, :type, :name, :place, :seen_at, :body)
on conflict (source_id, type, name, place) do update set seen_at = excluded.seen_at, body = excluded.body
