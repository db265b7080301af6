-- store: events
-- reach: how many people each campaign (channel, ad group, keyword) touched, and how many of them responded.
-- in: :since :until and :with_<column> (which columns make a row; none = one row over all)
-- out: campaign_id, channel, ad_group, keyword, reached, responded
select
    case when :with_campaign then campaign_id else '' end as campaign_id,
    case when :with_channel then channel else '' end as channel,
    case when :with_ad_group then ad_group else '' end as ad_group,
    case when :with_keyword then keyword else '' end as keyword,
    count(distinct person_id) as reached,
    count(distinct case when is_response then person_id end) as responded
from analytics_touch
where occurred_at >= :since and occurred_at < :until
group by 1, 2, 3, 4
