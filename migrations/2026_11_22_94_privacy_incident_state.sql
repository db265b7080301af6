-- store: state
-- Incidents with personal data, and when the authority was told what. A time of 0: not yet.

create table privacy_incident (
    incident_id text primary key,
    found_at bigint not null,
    noted_at bigint not null,
    noted_by text not null,
    what text not null,
    data text not null,
    people bigint not null,
    cause text not null,
    harm text not null,
    measures text not null,
    contact text not null,
    findings text not null,
    first_sent_at bigint not null,
    first_reference text not null,
    full_sent_at bigint not null,
    full_reference text not null
);
