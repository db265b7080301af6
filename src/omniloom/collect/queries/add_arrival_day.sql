-- store: state
-- add_arrival_day: more events of one name that happened on one day. in: all columns  out: none
insert into collect_arrival_day (source_id, type, name, day, events) values (:source_id, :type, :name, :day, :events)
on conflict (source_id, type, name, day) do update set events = collect_arrival_day.events + excluded.events
