-- store: events
-- record_entries: the outbox rows of those who are in now and were not before.
-- in: :segment_id :segment :now; stage_now, stage_before (person_id)
insert into segments_change (change_id, segment_id, segment, person_id, is_entry, changed_at)
select
    coalesce((select change_id from segments_change order by change_id desc limit 1), 0) + row_number() over (order by n.person_id),
    :segment_id, :segment, n.person_id, true, :now
from stage_now as n
where n.person_id not in (select person_id from stage_before)
