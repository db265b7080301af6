-- store: state
-- incidents: incidents, newest first; :incident_id '' is any. in: :incident_id :rows_max   out: all columns
select
    incident_id, found_at, noted_at, noted_by, what, data, people, cause, harm, measures, contact, findings,
    first_sent_at, first_reference, full_sent_at, full_reference
from privacy_incident
where incident_id = :incident_id or :incident_id = ''
order by found_at desc, incident_id
limit :rows_max
