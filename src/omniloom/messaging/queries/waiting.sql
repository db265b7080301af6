-- store: state
-- waiting: a mailing's messages put off by their channel's provider, by channel and what it said, most first; a message
-- held by our own rules (quiet hours) has no channel yet. in: :campaign_id :now   out: channel, reason, sends, next_at
select channel, reason, count(*) as sends, min(not_before) as next_at
from messaging_send
where campaign_id = :campaign_id and state = 'planned' and not_before > :now and channel <> '' and reason <> ''
group by channel, reason
order by sends desc, channel, reason
