-- store: events
-- timeline: the events of people, by their original ids, before a point of the timeline.
-- in: :person_ids and their bounds :person_min, :person_max; :before, :before_position, :rows_max
-- The bounds say the same as the list in a form that lets the engine skip row groups of a large table.
-- out: the fields of TimelineEvent   order: newest first, by (occurred_at, position)
select
    position, occurred_at, type, name, channel, campaign_id, source_id, revenue_minor, currency, properties, problems,
    confidence
from identity_history
where original_id in (:person_ids) and original_id >= :person_min and original_id <= :person_max
    and (occurred_at < :before or (occurred_at = :before and position < :before_position))
order by occurred_at desc, position desc
limit :rows_max
