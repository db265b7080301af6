-- store: events
-- raw_identifiers: the identifiers of people as their events gave them. in: :people   out: identifiers
select distinct identifiers from identity_event where person_id in (:people)
