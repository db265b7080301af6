-- store: state
-- buried: a proof that somebody erased asks for; the address is forgotten when it ran out.
alter table messaging_recognition add column is_buried bigint not null default 0;

create index messaging_recognition_buried on messaging_recognition (requested_at) where is_buried = 1;
