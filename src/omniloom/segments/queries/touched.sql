-- store: events
-- touched: people whom the events between two positions are about, and whoever they are part of by now.
-- in: :after :through (positions)   out: person_id
select distinct person_id
from identity_history
where position > :after and position <= :through
