-- store: state
create table collect_dead_letter (
    letter_id bigint primary key,
    source_id text not null,
    dialect text not null,
    path text not null,
    type text not null,
    name text not null,
    message_id text not null,
    reason text not null,
    field text not null,
    message text not null,
    received_at bigint not null,
    received_day bigint not null,
    raw text not null,
    is_base64 bigint not null,
    is_cut bigint not null,
    sent_at bigint,
    context text not null,
    is_history bigint not null,
    folded text not null,
    status text not null,
    status_at bigint not null,
    attempts bigint not null
);
create index collect_dead_letter_received on collect_dead_letter (received_at);
create index collect_dead_letter_status on collect_dead_letter (status, letter_id);
create index collect_dead_letter_source on collect_dead_letter (source_id, letter_id);
create table collect_dead_letter_attempt (
    letter_id bigint not null,
    attempt bigint not null,
    tried_at bigint not null,
    is_accepted bigint not null,
    reason text not null,
    field text not null,
    message text not null,
    edited text not null,
    primary key (letter_id, attempt)
);
