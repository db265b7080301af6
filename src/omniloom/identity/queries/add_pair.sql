-- store: state
-- add_pair: two people who may be one; a pair that was decided stays decided.
-- in: :left_id, :right_id, :probability, :reasons, :status, :proposed_at
insert into identity_pair (left_id, right_id, probability, reasons, status, proposed_at)
values (:left_id, :right_id, :probability, :reasons, :status, :proposed_at)
on conflict (left_id, right_id) do update
set probability = excluded.probability, reasons = excluded.reasons, proposed_at = excluded.proposed_at
where identity_pair.status = 'open'
