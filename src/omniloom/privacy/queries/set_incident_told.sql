-- store: state
-- set_incident_told: when the authority was told, and what was found. in: all that changes, :incident_id
update privacy_incident
set
    findings = :findings, first_sent_at = :first_sent_at, first_reference = :first_reference,
    full_sent_at = :full_sent_at, full_reference = :full_reference
where incident_id = :incident_id
