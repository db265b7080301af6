-- store: state
-- The ledger of consents: every word about consent, once, in the order it was written down for its person. `link`
-- chains a person's lines: it is the SHA-256 of the line before and of this line's fields (profiles/ledger.py). Lines
-- of before the chain have an empty one. Nothing in it ever changes; a person's lines go only while profiles_erasing
-- names that person.
create table profiles_erasing (
    person_id bigint primary key,
    since bigint not null
);
create table profiles_consent_ledger (
    person_id bigint not null,
    place bigint not null,
    source_id text not null,
    message_id text not null,
    advertiser text not null,
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    wording text not null,
    wording_hash text not null,
    wording_version text not null,
    method text not null,
    ip text not null,
    user_agent text not null,
    evidence text not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    link text not null,
    primary key (person_id, place),
    unique (message_id, source_id, advertiser, channel, purpose)
);
insert into profiles_consent_ledger (
    person_id, place, source_id, message_id, advertiser, channel, purpose, is_given, wording, wording_hash,
    wording_version, method, ip, user_agent, evidence, occurred_at, recorded_at, link
)
select
    person_id,
    row_number() over (partition by person_id order by recorded_at, occurred_at, source_id, message_id, channel, purpose),
    source_id, message_id, '', channel, purpose, is_given, wording, '', '', method, '', '', '{}', occurred_at,
    recorded_at, ''
from profiles_consent_entry;
drop table profiles_consent_entry;
-- append-only: profiles_consent_ledger unless person_id in profiles_erasing
-- What is in force: the newest words of the ledger, kept in the same transaction.
create table profiles_consent_now (
    person_id bigint not null,
    advertiser text not null default '',
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    occurred_at bigint not null,
    message_id text not null,
    primary key (person_id, advertiser, channel, purpose)
);
insert into profiles_consent_now (person_id, advertiser, channel, purpose, is_given, occurred_at, message_id)
select person_id, '', channel, purpose, is_given, occurred_at, message_id from profiles_consent;
drop table profiles_consent;
alter table profiles_consent_now rename to profiles_consent;
-- The texts people agree to; a changed text is a new version.
create table profiles_wording (
    name text not null,
    version bigint not null,
    language text not null,
    text text not null,
    hash text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (name, version, language)
);
create index profiles_wording_hash on profiles_wording (hash);
-- append-only: profiles_wording
create table profiles_topic (
    topic text primary key,
    title_en text not null,
    title_ru text not null,
    about_en text not null,
    about_ru text not null,
    place bigint not null,
    is_offered bigint not null,
    updated_at bigint not null
);
create table profiles_preference (
    person_id bigint primary key,
    frequency text not null,
    paused_until bigint not null,
    language text not null,
    reply_channel text not null,
    topics_off text not null,
    updated_at bigint not null
);
create table profiles_privacy_request (
    request_id text primary key,
    person_id bigint not null,
    kind text not null,
    state text not null,
    method text not null,
    ip text not null,
    user_agent text not null,
    requested_at bigint not null,
    settled_at bigint not null,
    settled_by text not null
);
create index profiles_privacy_request_person on profiles_privacy_request (person_id);
create index profiles_privacy_request_state on profiles_privacy_request (state, requested_at);
