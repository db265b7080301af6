-- store: events
-- consent_events: the next events about consent; none was said after it came, whatever its sender's clock showed.
-- in: :after, :through, :names
-- out: source_id, message_id, name, occurred_at, person_id, channel, properties, context, identifiers
select
    source_id, message_id, name, least(occurred_at, received_at) as occurred_at, person_id, channel, properties, context,
    identifiers
from identity_event
where position > :after and position <= :through and person_id > 0 and type = 'track' and name in (:names)
order by position
