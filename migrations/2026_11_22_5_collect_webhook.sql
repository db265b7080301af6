-- store: state
-- definition: the connector's YAML text if it is the user's own. secret: sealed; empty while there is none. options: JSON.
create table collect_webhook (
    hook_id text primary key,
    source_id text not null,
    name text not null unique,
    connector text not null,
    definition text not null,
    secret text not null,
    options text not null,
    is_enabled bigint not null,
    created_at bigint not null,
    changed_at bigint not null
);
-- Deliveries taken a while ago, so that one replayed is known.
create table collect_webhook_seen (
    hook_id text not null,
    delivery text not null,
    expires_at bigint not null,
    primary key (hook_id, delivery)
);
create index collect_webhook_seen_expiry on collect_webhook_seen (expires_at);
