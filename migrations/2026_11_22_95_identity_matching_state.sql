-- store: state
-- identity_matching: searches for duplicates, one row each: how far it is, what it came to. It runs while its fence
-- holds the lease "identity.matching".
create table identity_matching (
    job_id text primary key,
    fence bigint not null,
    automatic double precision not null,
    started_by text not null,
    started_at bigint not null,
    stage text not null,
    share double precision not null,
    is_stopping bigint not null,
    outcome text not null,
    people bigint,
    merged bigint,
    waiting bigint,
    refused bigint,
    threshold double precision,
    estimated_precision double precision,
    error text,
    ended_at bigint
);
create index identity_matching_started on identity_matching (started_at);
