-- store: events
-- mailed_pieces: messages a channel's campaigns sent. in: :channel  out: campaign_id, day, pieces  order: campaign_id
select campaign_id, cast(min(occurred_at) as date) as day, count(*) as pieces
from identity_history
where name = 'Message Sent' and channel = :channel and campaign_id is not null
group by campaign_id
order by campaign_id
