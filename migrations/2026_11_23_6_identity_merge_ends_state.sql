-- store: state
-- from_end, into_end: whom a merge links, each part of one of the two roots it joined: the owner of the identifier that
-- joined them and whom its event was about. Undone, the merge parts the tree there. Of earlier merges the roots are known.
alter table identity_merge add column from_end bigint;
alter table identity_merge add column into_end bigint;
update identity_merge set from_end = from_id, into_end = into_id;
create index identity_merge_from_end on identity_merge (from_end);
create index identity_merge_into_end on identity_merge (into_end);
