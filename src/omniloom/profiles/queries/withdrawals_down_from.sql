-- store: events
-- withdrawals_down_from: words that say no, up to a place in the log, the latest first, in whatever case they are named.
-- in: :through, :rows_max
-- out: position, source_id, message_id, name, occurred_at, person_id, channel, properties, context, identifiers
select
    position, source_id, message_id, name, least(occurred_at, received_at) as occurred_at, person_id, channel, properties,
    context, identifiers
from identity_event
where position <= :through and person_id > 0 and type = 'track' and lower(name) in ('consent withdrawn', 'unsubscribed')
order by position desc
limit :rows_max
