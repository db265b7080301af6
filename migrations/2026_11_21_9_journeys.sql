-- store: state
create table journeys_campaign (
    campaign_id text primary key,
    name text not null unique,
    segment_id text not null,
    channels text not null,
    templates text not null,
    cost_per_message_minor text not null,
    currency text not null,
    state text not null,
    state_reason text not null,
    state_detail text not null,
    audience bigint not null,
    planned_through bigint not null,
    scheduled_at bigint,
    launched_at bigint,
    frozen_at bigint,
    planned_at bigint,
    finished_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);
create index journeys_campaign_state on journeys_campaign (state);
