-- store: state
create table profiles_consent (
    person_id bigint not null,
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    occurred_at bigint not null,
    message_id text not null,
    primary key (person_id, channel, purpose)
);
create table profiles_consent_entry (
    source_id text not null,
    message_id text not null,
    person_id bigint not null,
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    wording text not null,
    method text not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    primary key (source_id, message_id, channel, purpose)
);
create index profiles_consent_entry_person on profiles_consent_entry (person_id);
create table profiles_card (
    person_id bigint primary key,
    name text not null,
    folded_name text not null,
    city text not null,
    timezone text not null,
    language text not null
);
create index profiles_card_name on profiles_card (folded_name);
