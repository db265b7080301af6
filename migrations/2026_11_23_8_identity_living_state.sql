-- store: state
-- living: what a message that names somebody erased lives on without (digests; null: it is nobody's), and how many such
-- messages came since each erasure.
alter table identity_kept_out add column struck text;

alter table identity_kept_out add column is_theirs bigint not null default 0;

create table identity_came_since (
    erasure_id text primary key,
    kept_out bigint not null,
    struck bigint not null,
    last_at bigint not null
);
