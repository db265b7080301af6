-- store: state
-- decided_pairs: pairs that somebody decided, the last first. in: :rows_max, :matcher (who decides unasked)
-- out: as pair
select
    i.left_id, i.right_id, i.probability, i.reasons, i.status, i.proposed_at, i.decided_at, i.decided_by, i.merge_id,
    case when m.undone_at is null then 0 else 1 end as is_undone
from identity_pair as i
left join identity_merge as m on m.merge_id = i.merge_id
where i.status <> 'open' and i.decided_by <> :matcher
order by coalesce(i.decided_at, 0) desc, i.left_id, i.right_id
limit :rows_max
