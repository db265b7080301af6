-- store: events
-- record_exits: the outbox rows of those who were in before and are not now.
-- in: :segment_id :segment :now; stage_now, stage_before (person_id)
insert into segments_change (change_id, segment_id, segment, person_id, is_entry, changed_at)
select
    coalesce((select change_id from segments_change order by change_id desc limit 1), 0) + row_number() over (order by b.person_id),
    :segment_id, :segment, b.person_id, false, :now
from stage_before as b
where b.person_id not in (select person_id from stage_now)
