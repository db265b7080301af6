-- store: state
-- Message ids seen lately (store/seen.py). A batch: the ids one call of settle added, until they are sealed into a run.
create table store_seen_batch (
    batch_id bigint primary key,
    settled_at bigint not null,
    body blob not null
);
-- A run: sealed ids, sorted, in rows by the uppermost bits of their key. expires_at null: kept for ever (imports).
create table store_seen_run (
    run_id bigint primary key,
    ids bigint not null,
    expires_at bigint,
    filter blob not null
);
create table store_seen_row (
    run_id bigint not null,
    bucket bigint not null,
    body blob not null,
    primary key (run_id, bucket)
);
-- Messages of the log whose id was taken already. is_conflict 0: said before, left out; 1: said something else, kept.
create table store_duplicate (
    position bigint primary key,
    is_conflict bigint not null
);
