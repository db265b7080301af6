-- store: state
-- Which of several words is in force on a key; keys without a row: the newest. `sources` is a JSON list, the most
-- trusted first. `version` orders the changes, for the copy in the events store.
create table profiles_survivorship (
    key text primary key,
    rule text not null,
    sources text not null,
    updated_by text not null,
    updated_at bigint not null
);
-- The words of people's names in one spelling, and the pieces of three letters of every such word once: what a search
-- finds people by, however they are typed.
create table profiles_name_word (
    word text not null,
    person_id bigint not null,
    primary key (word, person_id)
);
create index profiles_name_word_person on profiles_name_word (person_id);
create table profiles_name_piece (
    piece text not null,
    word text not null,
    primary key (piece, word)
);
-- Cards up to this person are made anew, so that they get their words.
insert into store_cursor (name, position)
select 'profiles_cards_left', max(person_id) from identity_person having max(person_id) is not null;
-- Who belongs to whom: people to people, and people to companies.
create table profiles_company (
    company_id bigint primary key,
    inn text not null unique,
    name text not null,
    created_at bigint not null,
    created_by text not null
);
create table profiles_relation (
    relation_id text primary key,
    kind text not null,
    person_id bigint not null,
    other_id bigint,
    company_id bigint,
    role text not null,
    since text not null,
    source text not null,
    created_at bigint not null,
    created_by text not null
);
create index profiles_relation_person on profiles_relation (person_id);
create index profiles_relation_other on profiles_relation (other_id);
create index profiles_relation_company on profiles_relation (company_id);
