-- store: state
-- pair: what is known of two people as a pair. in: :left_id, :right_id
-- out: left_id, right_id, probability, reasons, status, proposed_at, decided_at, decided_by
select left_id, right_id, probability, reasons, status, proposed_at, decided_at, decided_by
from identity_pair
where left_id = :left_id and right_id = :right_id
