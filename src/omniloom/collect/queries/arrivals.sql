-- store: state
-- arrivals: what sources sent. in: :source_id (empty: all)  out: all columns  order: most events first
select source_id, type, name, first_seen_at, last_seen_at, events, flagged, looked from collect_arrival
where (:source_id = '' or source_id = :source_id) order by events desc, source_id, type, name
