-- store: events
create table catalog_product (
    product_id varchar not null,
    name varchar not null,
    category varchar not null,
    department varchar not null,
    brand varchar not null,
    properties varchar not null,
    updated_at timestamp not null
);
