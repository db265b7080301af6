-- store: state
-- decided_pairs: pairs that somebody decided, the last first. in: :rows_max, :matcher (who decides unasked)
-- out: as pair
select left_id, right_id, probability, reasons, status, proposed_at, decided_at, decided_by, merge_id, was_apart
from identity_pair
where status <> 'open' and decided_by <> :matcher
order by coalesce(decided_at, 0) desc, left_id, right_id
limit :rows_max
