-- store: state
create table store_cursor (
    name text primary key,
    position bigint not null
);
