-- store: events
create table analytics_cost (
    cost_key varchar not null,
    day date not null,
    channel varchar not null,
    campaign_id varchar not null,
    ad_group varchar not null,
    keyword varchar not null,
    cost_minor bigint not null,
    currency varchar not null,
    impressions bigint not null,
    clicks bigint not null,
    updated_at timestamp not null
);
create table analytics_campaign (
    campaign_id varchar not null,
    name varchar not null,
    channel varchar not null
);
create table analytics_message_price (
    campaign_id varchar not null,
    channel varchar not null,
    cost_per_message_minor bigint not null,
    currency varchar not null
);
create view analytics_touch as
select
    h.person_id as person_id,
    h.campaign_id as campaign_id,
    coalesce(h.channel, json_extract_string(h.context, '$.campaign.medium'), c.channel, '') as channel,
    coalesce(json_extract_string(h.context, '$.campaign.content'), '') as ad_group,
    coalesce(json_extract_string(h.context, '$.campaign.term'), '') as keyword,
    min(h.occurred_at) as occurred_at,
    bool_or(h.name not in ('Message Sent', 'Message Opened')) as is_response
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
