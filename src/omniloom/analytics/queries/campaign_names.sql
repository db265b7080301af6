-- store: events
-- campaign_names: what campaigns are called: as named to us, else as their events say.
-- in: none   out: campaign_id, name ('' = nobody said), channel ('' = several or nobody said)
select
    coalesce(c.campaign_id, h.campaign_id) as campaign_id,
    coalesce(c.name, h.name, '') as name,
    coalesce(nullif(c.channel, ''), h.channel, '') as channel
from analytics_campaign as c
full join (
    select
        campaign_id,
        max(json_extract_string(properties, '$.campaign')) as name,
        case when count(distinct channel) = 1 then max(channel) end as channel
    from identity_history
    where campaign_id is not null and type = 'track' and name = 'Message Sent'
    group by campaign_id
) as h on h.campaign_id = c.campaign_id
