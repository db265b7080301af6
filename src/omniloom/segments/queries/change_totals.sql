-- store: events
-- change_totals: how many entered and how many left one segment lately.
-- in: :segment_id :since   out: entered, gone
select count(*) filter (where is_entry) as entered, count(*) filter (where not is_entry) as gone
from segments_change
where segment_id = :segment_id and changed_at >= :since
