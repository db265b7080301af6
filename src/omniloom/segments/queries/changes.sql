-- store: events
-- changes: entries and exits not yet announced, in order.
-- in: :after (change_id) :rows_max   out: change_id, segment_id, segment, person_id, is_entry, changed_at
select change_id, segment_id, segment, person_id, is_entry, changed_at
from segments_change
where change_id > :after
order by change_id
limit :rows_max
