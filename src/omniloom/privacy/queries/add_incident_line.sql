-- store: state
-- add_incident_line: write down what is known of an incident from now on. in: all columns
insert into privacy_incident_line (
    incident_id, place, said_at, said_by, what, data, people, cause, harm, measures, contact
) values (
    :incident_id, :place, :said_at, :said_by, :what, :data, :people, :cause, :harm, :measures, :contact
)
