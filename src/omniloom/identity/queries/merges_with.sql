-- store: state
-- merges_with: the merges that stand in which a person took part. in: :person_id   out: merge_id   order: oldest first
select merge_id from identity_merge
where (from_id = :person_id or into_id = :person_id) and undone_at is null
order by version
