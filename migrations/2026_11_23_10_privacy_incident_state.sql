-- store: state
-- append-only: privacy_incident_line
-- What became known of an incident later: each line is all that was known from then on. The incident's own row stays
-- what was known first.

create table privacy_incident_line (
    incident_id text not null,
    place bigint not null,
    said_at bigint not null,
    said_by text not null,
    what text not null,
    data text not null,
    people bigint not null,
    cause text not null,
    harm text not null,
    measures text not null,
    contact text not null,
    primary key (incident_id, place)
);
