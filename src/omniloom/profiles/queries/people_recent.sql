-- store: state
-- people_recent: who was heard of last; looks at the latest identifiers only, so the cost does not grow with people.
-- in: :identifiers_max, :rows_max   out: root_id   order: last seen first
select p.root_id
from (
    select person_id, last_seen_at from identity_identifier order by last_seen_at desc limit :identifiers_max
) as i
join identity_person as p on p.person_id = i.person_id
group by p.root_id
order by max(i.last_seen_at) desc, p.root_id
limit :rows_max
