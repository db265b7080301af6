-- store: events
-- seen: when people, by their original ids, themselves were first and last heard of; messages to them and segments they
-- entered are other people's acts, whoever told of them.
-- in: :person_ids and their bounds :person_min, :person_max (see timeline.sql), :not_theirs (list of event names)
-- out: first_seen_at, last_seen_at   rows: one
select min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
from identity_history
where
    original_id in (:person_ids) and original_id >= :person_min and original_id <= :person_max
    and not coalesce(name, '') in (:not_theirs)
