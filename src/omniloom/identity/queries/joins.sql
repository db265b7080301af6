-- store: state
-- joins: how many merges that stand identifiers of one kind made. in: :kind, :sought   out: value, merges
select joined_value as value, count(*) as merges
from identity_merge
where joined_kind = :kind and joined_value in (:sought) and undone_at is null
group by joined_value
