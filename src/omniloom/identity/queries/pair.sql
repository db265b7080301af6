-- store: state
-- pair: what is known of two people as a pair. in: :left_id, :right_id
-- out: left_id, right_id, probability, reasons, status, proposed_at, decided_at, decided_by, merge_id, was_apart
select left_id, right_id, probability, reasons, status, proposed_at, decided_at, decided_by, merge_id, was_apart
from identity_pair
where left_id = :left_id and right_id = :right_id
