-- store: state
-- What was erased by whom and how far it is; the least that proves the consents of those who were erased; for how long
-- what is kept.

create table privacy_erasure (
    erasure_id text primary key,
    request_id text not null,
    person_ids text not null,
    state text not null,
    reason text not null,
    asked_by text not null,
    asked_at bigint not null,
    log_through bigint not null,
    finished_at bigint not null,
    counts text not null
);

create index privacy_erasure_state on privacy_erasure (state);

create table privacy_proof (
    proof_id text primary key,
    erasure_id text not null,
    subject text not null,
    advertiser text not null,
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    wording_hash text not null,
    wording_version text not null,
    method text not null,
    occurred_at bigint not null,
    recorded_at bigint not null
);

create index privacy_proof_subject on privacy_proof (subject);

create table privacy_rule (
    subject text primary key,
    days bigint not null,
    updated_at bigint not null,
    updated_by text not null
);
