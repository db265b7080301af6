-- store: state
-- joined_by: the merges that stand because of one identifier. in: :kind, :value
-- out: merge_id   order: newest first
select merge_id
from identity_merge
where joined_kind = :kind and joined_value = :value and undone_at is null
order by version desc
