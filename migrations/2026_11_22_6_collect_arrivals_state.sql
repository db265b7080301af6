-- store: state
create table collect_arrival (
    source_id text not null,
    type text not null,
    name text not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    events bigint not null,
    flagged bigint not null,
    looked bigint not null,
    primary key (source_id, type, name)
);
create table collect_arrival_day (
    source_id text not null,
    type text not null,
    name text not null,
    day bigint not null,
    events bigint not null,
    primary key (source_id, type, name, day)
);
create table collect_arrival_field (
    source_id text not null,
    type text not null,
    name text not null,
    path text not null,
    kind text not null,
    seen bigint not null,
    primary key (source_id, type, name, path, kind)
);
create table collect_arrival_sample (
    source_id text not null,
    type text not null,
    name text not null,
    place bigint not null,
    seen_at bigint not null,
    body text not null,
    primary key (source_id, type, name, place)
);
create table collect_arrival_miss (
    source_id text not null,
    type text not null,
    name text not null,
    path text not null,
    code text not null,
    events bigint not null,
    last_at bigint not null,
    primary key (source_id, type, name, path, code)
);
