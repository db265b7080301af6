-- store: events
-- count_between: how many events lie between two positions.
-- in: :after :through (positions)   out: events
select count(*) as events
from identity_event
where position > :after and position <= :through
