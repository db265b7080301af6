-- store: events
-- root: whom a person has become by merging; none if the person was not merged into another.
-- in: :person_id   out: root_id
select root_id from identity_override where person_id = :person_id
