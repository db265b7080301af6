-- store: events
create table journeys_audience (
    campaign_id varchar not null,
    person_id bigint not null
);
