-- store: state
-- What is needed to take a decision back: the merge that it made, and whether the two had been parted by hand before.
alter table identity_pair add column merge_id text;
alter table identity_pair add column was_apart bigint not null default 0;
