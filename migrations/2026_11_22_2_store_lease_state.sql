-- store: state
-- Who works by now. fence grows with every taking and never falls; expires_at by the store's own clock, 0: given back.
create table store_lease (
    name text primary key,
    holder text not null,
    fence bigint not null,
    expires_at bigint not null
);
