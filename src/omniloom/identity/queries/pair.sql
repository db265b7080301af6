-- store: state
-- pair: what is known of two people as a pair. in: :left_id, :right_id
-- out: left_id, right_id, probability, reasons, status, proposed_at, decided_at, decided_by, merge_id,
-- is_undone (the merge of that decision)
select
    i.left_id, i.right_id, i.probability, i.reasons, i.status, i.proposed_at, i.decided_at, i.decided_by, i.merge_id,
    case when m.undone_at is null then 0 else 1 end as is_undone
from identity_pair as i
left join identity_merge as m on m.merge_id = i.merge_id
where i.left_id = :left_id and i.right_id = :right_id
