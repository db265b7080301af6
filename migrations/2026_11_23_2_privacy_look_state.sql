-- store: state
-- Where an erasure joined the look through refused items: it is served once that has come round. Those under way join
-- anew. Tries at correcting a refused item are numbered, to be looked through as they come.
alter table privacy_erasure add column refusals_through bigint not null default 0;
alter table privacy_erasure add column look_round bigint;
alter table privacy_erasure add column look_from bigint not null default 0;
alter table privacy_erasure add column look_to bigint not null default 0;
alter table collect_dead_letter_attempt add column attempt_id bigint not null default 0;
create index collect_dead_letter_attempt_number on collect_dead_letter_attempt (attempt_id);
