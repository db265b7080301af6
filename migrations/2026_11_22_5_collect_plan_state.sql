-- store: state
create table collect_plan (
    plan_id text primary key,
    name text not null unique,
    definition text not null,
    revision bigint not null,
    updated_at bigint not null,
    updated_by text not null
);
