-- store: events
-- consent_events: the next events about consent.
-- in: :after, :through, :names   out: source_id, message_id, name, occurred_at, person_id, channel, properties
select source_id, message_id, name, occurred_at, person_id, channel, properties
from identity_event
where position > :after and position <= :through and person_id > 0 and type = 'track' and name in (:names)
order by position
