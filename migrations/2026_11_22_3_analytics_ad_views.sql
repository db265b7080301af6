-- store: events
-- Whoever saw an ad was touched by its campaign, but has not answered it yet: an "Ad Viewed" is no response.
drop view analytics_touch;
create view analytics_touch as
select
    h.person_id as person_id,
    h.campaign_id as campaign_id,
    coalesce(h.channel, json_extract_string(h.context, '$.campaign.medium'), c.channel, '') as channel,
    coalesce(json_extract_string(h.context, '$.campaign.content'), '') as ad_group,
    coalesce(json_extract_string(h.context, '$.campaign.term'), '') as keyword,
    min(h.occurred_at) as occurred_at,
    bool_or(h.name not in ('Message Sent', 'Message Opened', 'Ad Viewed')) as is_response
from identity_history as h
left join analytics_campaign as c on c.campaign_id = h.campaign_id
where
    h.campaign_id is not null
    and h.type in ('track', 'page', 'screen')
    and coalesce(json_extract_string(h.properties, '$.is_machine'), '') <> 'true'
    and h.name not in (
        'Message Delivered', 'Message Bounced', 'Unsubscribed', 'Consent Given', 'Consent Withdrawn',
        'Segment Entered', 'Segment Left'
    )
group by 1, 2, 3, 4, 5, cast(h.occurred_at as date);
