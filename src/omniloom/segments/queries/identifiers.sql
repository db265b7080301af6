-- store: state
-- identifiers: every identifier of people, also of those merged with them.
-- in: :person_ids   out: person_id (as asked), kind, value   order: oldest first
select asked.person_id as person_id, i.kind as kind, i.value as value
from identity_person as asked
join identity_person as same on same.root_id = asked.root_id
join identity_identifier as i on i.person_id = same.person_id
where asked.person_id in (:person_ids)
order by asked.person_id, i.first_seen_at, i.kind, i.value
