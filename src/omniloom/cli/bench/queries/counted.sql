-- store: events
-- counted: events that the bench sent, and how many different ones.   out: kept, different
select count(*) as kept, count(distinct message_id) as different
from identity_event
where source_id <> 'omniloom'
