-- store: state
-- A self-identification under way: asked for or handed out, proved once or run out. `value` is what it proves (an
-- address, a messenger's id, a card), empty while that is not known. A code is not here: it is computed from `send_id`.
create table messaging_recognition (
    request_id text primary key,
    way text not null,
    state text not null,
    channel text not null,
    kind text not null,
    value text not null,
    person_id bigint not null,
    send_id text not null,
    anonymous_id text not null,
    browser text not null,
    tries bigint not null,
    place text not null,
    benefit text not null,
    language text not null,
    ip text not null,
    user_agent text not null,
    requested_at bigint not null,
    expires_at bigint not null,
    proved_at bigint not null
);
create index messaging_recognition_new on messaging_recognition (requested_at) where state = 'new';
create index messaging_recognition_send on messaging_recognition (send_id);
create index messaging_recognition_value on messaging_recognition (kind, value, requested_at);
create index messaging_recognition_ip on messaging_recognition (ip, requested_at);
create index messaging_recognition_person on messaging_recognition (person_id);
create index messaging_recognition_over on messaging_recognition (expires_at) where state <> 'proved';
-- How each way is set: on or off, its benefit, its words (JSON). Ways without a row have their defaults.
create table messaging_way (
    way text primary key,
    settings text not null,
    updated_at bigint not null
);
