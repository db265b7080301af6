-- store: state
-- arrival_days: volume by day. in: :source_id (empty: all), :since, :until (days)
-- out: source_id, type, name, day, events
select source_id, type, name, day, events from collect_arrival_day
where (:source_id = '' or source_id = :source_id) and day >= :since and day <= :until
