-- store: events
-- seen: when people, by their original ids, were first and last heard of.
-- in: :person_ids and their bounds :person_min, :person_max (see timeline.sql)
-- out: first_seen_at, last_seen_at   rows: one
select min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
from identity_history
where original_id in (:person_ids) and original_id >= :person_min and original_id <= :person_max
