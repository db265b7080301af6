-- store: events
-- positions: where the messages lie that became events of people. in: :people   out: position
select position from identity_event where person_id in (:people)
