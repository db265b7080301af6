-- store: state
-- Erased people: their numbers (never given again), digests of their identifiers (they keep re-imports from bringing
-- them back), and where in the log messages lie that came for them afterwards.

create table identity_erased (
    person_id bigint primary key,
    erasure_id text not null,
    erased_at bigint not null
);

create table identity_tombstone (
    digest text primary key,
    kind text not null,
    erasure_id text not null,
    erased_at bigint not null
);

create index identity_tombstone_erasure on identity_tombstone (erasure_id);

create table identity_salt (
    salt text primary key
);

create table identity_kept_out (
    position bigint primary key
);
