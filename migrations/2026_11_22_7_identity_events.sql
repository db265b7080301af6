-- store: events
-- confidence: 0 to 4, how surely the event is its person's; see identity.Level.
drop view identity_history;
alter table identity_event add column confidence tinyint not null default 0;
create view identity_history as
select e.* exclude (person_id), coalesce(o.root_id, e.person_id) as person_id, e.person_id as original_id
from identity_event as e left join identity_override as o on o.person_id = e.person_id
where e.person_id > 0;
