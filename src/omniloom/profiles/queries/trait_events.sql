-- store: events
-- trait_events: the next events that say something about a person, or that may have joined two people.
-- in: :after, :through, :rows_max   out: position, type, person_id, occurred_at, message_id, source_id, traits,
-- identifiers   order: position
select position, type, person_id, occurred_at, message_id, source_id, properties as traits, identifiers
from identity_event
where position > :after and position <= :through and person_id > 0 and type in ('identify', 'group', 'alias')
order by position
limit :rows_max
