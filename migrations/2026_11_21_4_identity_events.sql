-- store: events
-- problems: JSON of what was wrong with the event's values, by field; null for most.
create table identity_event (
    position bigint not null,
    source_id varchar not null,
    message_id varchar not null,
    type varchar not null,
    name varchar not null,
    occurred_at timestamp not null,
    received_at timestamp not null,
    person_id bigint not null,
    channel varchar,
    campaign_id varchar,
    order_id varchar,
    revenue_minor bigint,
    currency varchar,
    identifiers varchar not null,
    properties varchar not null,
    context varchar not null,
    problems varchar
);
create table identity_item (
    position bigint not null,
    line bigint not null,
    person_id bigint not null,
    occurred_at timestamp not null,
    order_id varchar,
    product_id varchar,
    quantity double,
    amount_minor bigint,
    properties varchar not null
);
create table identity_override (
    person_id bigint not null,
    root_id bigint not null
);
-- Late binding: readers use these views. person_id is who it is by now, original_id whose it was when it came. Events
-- that name nobody (person 0) are kept in the table and left out here.
create view identity_history as
select e.* exclude (person_id), coalesce(o.root_id, e.person_id) as person_id, e.person_id as original_id
from identity_event as e left join identity_override as o on o.person_id = e.person_id
where e.person_id > 0;
create view identity_history_item as
select i.* exclude (person_id), coalesce(o.root_id, i.person_id) as person_id, i.person_id as original_id
from identity_item as i left join identity_override as o on o.person_id = i.person_id
where i.person_id > 0;
