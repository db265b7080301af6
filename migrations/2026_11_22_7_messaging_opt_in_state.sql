-- store: state
-- A double opt-in under way: asked for, the question sent as `send_id`, confirmed or run out. Words of the ledger come
-- of it only when it is confirmed.
create table messaging_opt_in (
    request_id text primary key,
    state text not null,
    send_id text not null,
    person_id bigint not null,
    channel text not null,
    address text not null,
    advertiser text not null,
    purpose text not null,
    wording text not null,
    wording_version text not null,
    language text not null,
    ip text not null,
    user_agent text not null,
    evidence text not null,
    requested_at bigint not null,
    expires_at bigint not null,
    confirmed_at bigint not null
);
create index messaging_opt_in_new on messaging_opt_in (requested_at) where state = 'new';
create index messaging_opt_in_send on messaging_opt_in (send_id);
create index messaging_opt_in_person on messaging_opt_in (person_id);
create index messaging_opt_in_address on messaging_opt_in (channel, address, requested_at);
-- What is known of an address: that its owner showed it to be theirs.
create table messaging_address (
    channel text not null,
    address text not null,
    verified_at bigint not null,
    verified_by text not null,
    primary key (channel, address)
);
alter table messaging_template add column topic text not null default '';
alter table messaging_mailing add column advertiser text not null default '';
create index messaging_attempt_reached on messaging_attempt (channel, address) where state = 'accepted';
