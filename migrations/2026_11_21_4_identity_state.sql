-- store: state
-- root_id: the person this one is part of by now; version: grows with every change of a root, so that readers of
-- other stores can catch up (identity_override).
create table identity_person (
    person_id bigint primary key,
    root_id bigint not null,
    created_at bigint not null,
    version bigint not null default 0
);
create index identity_person_root on identity_person (root_id);
create index identity_person_version on identity_person (version);
create table identity_identifier (
    kind text not null,
    value text not null,
    person_id bigint not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    primary key (kind, value)
);
create index identity_identifier_person on identity_identifier (person_id);
create index identity_identifier_seen on identity_identifier (last_seen_at);
create table identity_merge (
    merge_id text primary key,
    from_id bigint not null,
    into_id bigint not null,
    rule text not null,
    evidence text not null,
    merged_at bigint not null,
    version bigint not null,
    undone_at bigint
);
create index identity_merge_into on identity_merge (into_id);
create index identity_merge_from on identity_merge (from_id);
