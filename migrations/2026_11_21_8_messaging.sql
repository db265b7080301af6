-- store: state
create table messaging_template (
    template_id text primary key,
    name text not null unique,
    channel text not null,
    subject text not null,
    body text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create table messaging_mailing (
    campaign_id text primary key,
    name text not null,
    kind text not null,
    channels text not null,
    templates text not null,
    state text not null,
    state_reason text not null,
    created_at bigint not null
);
create table messaging_channel (
    channel text primary key,
    is_enabled bigint not null,
    settings text not null,
    updated_at bigint not null
);
create table messaging_policy (
    key text primary key,
    value text not null,
    updated_at bigint not null
);
create table messaging_suppression (
    channel text not null,
    address text not null,
    reason text not null,
    evidence text not null,
    created_at bigint not null,
    primary key (channel, address)
);
create table messaging_send (
    send_id text primary key,
    campaign_id text not null,
    person_id bigint not null,
    state text not null,
    reason text not null,
    channel text not null,
    context text not null,
    fence bigint not null,
    claimed_by text not null,
    leased_until bigint not null,
    not_before bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (campaign_id, person_id)
);
create index messaging_send_due on messaging_send (campaign_id, state, not_before);
create index messaging_send_leased on messaging_send (leased_until) where leased_until > 0;
create index messaging_send_claimed on messaging_send (claimed_by) where leased_until > 0;
create index messaging_send_person on messaging_send (person_id, updated_at);
create table messaging_attempt (
    send_key text primary key,
    send_id text not null,
    campaign_id text not null,
    person_id bigint not null,
    channel text not null,
    address text not null,
    state text not null,
    reason text not null,
    provider_id text not null,
    tries bigint not null,
    fence bigint not null,
    intent_at bigint not null,
    finished_at bigint,
    reported bigint not null
);
create index messaging_attempt_send on messaging_attempt (send_id);
create index messaging_attempt_person on messaging_attempt (person_id, intent_at);
create index messaging_attempt_address on messaging_attempt (campaign_id, address);
create index messaging_attempt_reported on messaging_attempt (reported) where reported = 0;
create table messaging_link (
    link_id text primary key,
    campaign_id text not null,
    url text not null,
    unique (campaign_id, url)
);
create table messaging_decision (
    send_id text not null,
    at bigint not null,
    channel text not null,
    verdict text not null,
    reason text not null,
    detail text not null
);
create index messaging_decision_send on messaging_decision (send_id, at);
create table messaging_outbox (
    message_id text primary key,
    body text not null
);
