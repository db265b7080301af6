-- store: state
-- incident_lines: what became known of incidents later. in: :incident_ids  out: all columns  order: incident_id, place
select incident_id, place, said_at, said_by, what, data, people, cause, harm, measures, contact
from privacy_incident_line
where incident_id in (:incident_ids)
order by incident_id, place
