-- store: events
-- freeze_audience: the members of a segment now, each person once, merges followed. in: :campaign_id :segment_id
insert into journeys_audience (campaign_id, person_id)
select distinct :campaign_id, coalesce(o.root_id, m.person_id)
from segments_member as m
left join identity_override as o on o.person_id = m.person_id
where m.segment_id = :segment_id
