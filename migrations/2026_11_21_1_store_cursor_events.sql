-- store: events
create table store_cursor (
    name varchar not null,
    position bigint not null
);
