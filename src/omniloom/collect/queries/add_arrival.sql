-- store: state
-- add_arrival: more events of one name. in: all columns  out: none
insert into collect_arrival (source_id, type, name, first_seen_at, last_seen_at, events, flagged, looked)
values (:source_id, :type, :name, :first_seen_at, :last_seen_at, :events, :flagged, :looked)
on conflict (source_id, type, name) do update set
    first_seen_at = case when excluded.first_seen_at < collect_arrival.first_seen_at
        then excluded.first_seen_at else collect_arrival.first_seen_at end,
    last_seen_at = case when excluded.last_seen_at > collect_arrival.last_seen_at
        then excluded.last_seen_at else collect_arrival.last_seen_at end,
    events = collect_arrival.events + excluded.events,
    flagged = collect_arrival.flagged + excluded.flagged,
    looked = collect_arrival.looked + excluded.looked
