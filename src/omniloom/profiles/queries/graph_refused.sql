-- store: events
-- graph_refused: identifiers that people's events named and that were not taken for theirs, with the reasons.
-- in: :person_ids and their bounds :person_min, :person_max; :rows_max
-- out: identifiers and problems (objects by kind), events, last_seen_at   order: newest first
select identifiers, problems, count(*) as events, max(occurred_at) as last_seen_at
from identity_history
where original_id in (:person_ids) and original_id >= :person_min and original_id <= :person_max
    and problems is not null
group by identifiers, problems
order by max(occurred_at) desc, identifiers, problems
limit :rows_max
