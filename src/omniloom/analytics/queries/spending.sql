-- store: events
-- spending: what was paid: imported costs, and own messages at the price of their campaign and channel.
-- in: :message :since :until :currency and :with_<column> (which columns make a row)
-- out: campaign_id, channel, ad_group, keyword, cost_minor, impressions, clicks
with spent as (
    select campaign_id, channel, ad_group, keyword, cost_minor, impressions, clicks
    from analytics_cost
    where day >= cast(:since as date) and day < :until and currency = :currency
    union all
    select h.campaign_id, h.channel, '', '', p.cost_per_message_minor, 0, 0
    from identity_history as h
    join analytics_message_price as p on p.campaign_id = h.campaign_id and p.channel = h.channel
    where
        h.type = 'track' and h.name = :message and p.currency = :currency
        and h.occurred_at >= :since and h.occurred_at < :until
)
select
    case when :with_campaign then campaign_id else '' end as campaign_id,
    case when :with_channel then channel else '' end as channel,
    case when :with_ad_group then ad_group else '' end as ad_group,
    case when :with_keyword then keyword else '' end as keyword,
    sum(cost_minor) as cost_minor,
    sum(impressions) as impressions,
    sum(clicks) as clicks
from spent
group by 1, 2, 3, 4
