-- store: events
-- message_outcomes: what became of messages, by channel. in: :names   out: channel, name, events; order: channel, name
select coalesce(channel, '') as channel, name, count(*) as events
from identity_history
where type = 'track' and name in (:names)
group by 1, 2
order by 1, 2
