-- store: events
create table analytics_cost (
    cost_key varchar not null,
    day date not null,
    channel varchar not null,
    campaign_id varchar not null,
    ad_group varchar not null,
    keyword varchar not null,
    cost_minor bigint not null,
    currency varchar not null,
    impressions bigint not null,
    clicks bigint not null,
    updated_at timestamp not null
);
create table analytics_campaign (
    campaign_id varchar not null,
    name varchar not null,
    channel varchar not null
);
