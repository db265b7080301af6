-- store: state
-- add_apart: two people are not one; a pair is written both ways. in: :person_id, :other_id, :since, :said_by
insert into identity_apart (person_id, other_id, since, said_by) values (:person_id, :other_id, :since, :said_by)
on conflict (person_id, other_id) do nothing
