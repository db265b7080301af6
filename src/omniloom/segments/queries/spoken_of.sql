-- store: events
-- spoken_of: whom of certain people events say something about, other than our own announcements.
-- in: :after (position) :source_id :announced (names); stage_moved (person_id, roots)   out: person_id
select distinct person_id
from identity_history
where position > :after
    and person_id in (select person_id from stage_moved)
    and not (source_id = :source_id and name in (:announced))
