-- store: events
-- timeline: the events of people, by their original ids, before a point of the timeline.
-- in: :person_ids, :before, :before_position, :rows_max
-- out: the fields of TimelineEvent   order: newest first, by (occurred_at, position)
select
    position, occurred_at, type, name, channel, campaign_id, source_id, revenue_minor, currency, properties, problems
from identity_history
where original_id in (:person_ids)
    and (occurred_at < :before or (occurred_at = :before and position < :before_position))
order by occurred_at desc, position desc
limit :rows_max
