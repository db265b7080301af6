-- store: events
-- message_outcomes: what became of messages, by channel; opens and clicks by machines are left out.
-- in: :names   out: channel, name, events; order: channel, name
select coalesce(channel, '') as channel, name, count(*) as events
from identity_history
where type = 'track' and name in (:names)
    and coalesce(json_extract_string(properties, '$.is_machine'), 'false') <> 'true'
group by 1, 2
order by 1, 2
