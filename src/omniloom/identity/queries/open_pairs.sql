-- store: state
-- open_pairs: pairs that wait for a decision and are not one person meanwhile, the likeliest first. in: :rows_max
-- out: as pair
select
    i.left_id, i.right_id, i.probability, i.reasons, i.status, i.proposed_at, i.decided_at, i.decided_by, i.merge_id,
    0 as is_undone
from identity_pair as i
join identity_person as a on a.person_id = i.left_id
join identity_person as b on b.person_id = i.right_id
where i.status = 'open' and a.root_id <> b.root_id
order by i.probability desc, i.left_id, i.right_id
limit :rows_max
