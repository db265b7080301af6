-- store: state
-- shared_position, shared_id: from this log position on many people are known to use the identifier; it then joins
-- nobody, and events that carry nothing else belong to shared_id. verified_at: when its owner last proved to hold it.
alter table identity_identifier add column shared_position bigint;
alter table identity_identifier add column shared_id bigint;
alter table identity_identifier add column verified_at bigint;
-- joined_kind, joined_value: the identifier that joined the two; position: of the log, when it was decided; version
-- and undone_version put everything that was decided in one order, so that a replay of log and journal gives the same.
alter table identity_merge add column joined_kind text;
alter table identity_merge add column joined_value text;
alter table identity_merge add column position bigint not null default 0;
alter table identity_merge add column undone_by text;
alter table identity_merge add column undone_position bigint;
alter table identity_merge add column undone_version bigint;
create index identity_merge_joined on identity_merge (joined_kind, joined_value);
create index identity_merge_position on identity_merge (position);
-- identity_stranger: people other than its owner who used an identifier; identity_apart: two who are not one.
create table identity_stranger (
    kind text not null,
    value text not null,
    person_id bigint not null,
    primary key (kind, value, person_id)
);
create index identity_stranger_person on identity_stranger (person_id);
create table identity_apart (
    person_id bigint not null,
    other_id bigint not null,
    since bigint not null,
    said_by text not null,
    primary key (person_id, other_id)
);
create index identity_apart_other on identity_apart (other_id);
