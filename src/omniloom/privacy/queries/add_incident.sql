-- store: state
-- add_incident: write an incident down. in: all columns
insert into privacy_incident (
    incident_id, found_at, noted_at, noted_by, what, data, people, cause, harm, measures, contact, findings,
    first_sent_at, first_reference, full_sent_at, full_reference
) values (
    :incident_id, :found_at, :noted_at, :noted_by, :what, :data, :people, :cause, :harm, :measures, :contact,
    :findings, :first_sent_at, :first_reference, :full_sent_at, :full_reference
)
