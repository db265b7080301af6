-- store: state
create table segments_segment (
    segment_id text primary key,
    name text not null,
    definition text not null,
    created_at bigint not null,
    updated_at bigint not null,
    refreshed_at bigint,
    members bigint not null,
    archived_at bigint
);
create unique index segments_segment_name on segments_segment (name) where archived_at is null;
