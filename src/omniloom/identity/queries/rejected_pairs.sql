-- store: state
-- rejected_pairs: who was said to be two people, as they are by now. in: :root_ids (the left one's)
-- out: left_root, right_root
select a.root_id as left_root, b.root_id as right_root
from identity_pair as i
join identity_person as a on a.person_id = i.left_id
join identity_person as b on b.person_id = i.right_id
where i.status = 'rejected' and a.root_id in (:root_ids)
