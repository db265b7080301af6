-- store: state
-- Message ids seen lately. key: digest of source and message id; content: digest of what it said, null if unknown.
-- expires_at null: kept for ever (imports).
create table store_seen (
    key text primary key,
    content text,
    expires_at bigint
);
create index store_seen_expires on store_seen (expires_at);
-- Messages of the log whose id was taken already. is_conflict 0: said before, left out; 1: said something else, kept.
create table store_duplicate (
    position bigint primary key,
    is_conflict bigint not null
);
