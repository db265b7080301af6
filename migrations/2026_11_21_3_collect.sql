-- store: state
create table collect_source (
    source_id text primary key,
    name text not null unique,
    kind text not null,
    write_key text not null unique,
    created_at bigint not null,
    disabled_at bigint
);
create table collect_import (
    import_id text primary key,
    mapping text not null,
    target text not null,
    paths text not null,
    state text not null,
    rows_total bigint not null,
    rows_read bigint not null,
    rows_rejected bigint not null,
    events_added bigint not null,
    events_known bigint not null,
    error text not null,
    started_at bigint not null,
    finished_at bigint
);
create table collect_reject (
    import_id text not null,
    path text not null,
    row_number bigint not null,
    field text not null,
    reason text not null,
    value text not null
);
create index collect_reject_import on collect_reject (import_id, row_number);
