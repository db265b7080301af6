-- store: events
-- credits: the conversions and revenue each campaign (channel, ad group, keyword) is credited with, in exact parts.
-- `model_weight` stands for the model's weight_sql. Parts follow analytics/model.py share().
-- in: :conversion :lookback_us :since :until :currency and :with_<column> (which columns make a row)
-- out: is_none, campaign_id, channel, ad_group, keyword, orders, credit, new_credit (millionths), revenue_minor
with placed as (
    select
        position,
        person_id,
        occurred_at,
        coalesce(revenue_minor, 0) as revenue_minor,
        coalesce(currency, :currency) as currency,
        row_number() over (partition by person_id order by occurred_at, position) = 1 as is_new
    from identity_history
    where type = 'track' and name = :conversion
),
conversion as (
    select position as conversion, person_id, epoch_us(occurred_at) as converted_us, revenue_minor, is_new
    from placed
    where occurred_at >= :since and occurred_at < :until and currency = :currency
),
path as (
    select
        c.conversion, c.revenue_minor, c.is_new, t.campaign_id, t.channel, t.ad_group, t.keyword,
        row_number() over (
            partition by c.conversion order by t.occurred_at, t.campaign_id, t.channel, t.ad_group, t.keyword
        ) as position,
        count(*) over (partition by c.conversion) as touches,
        (c.converted_us - epoch_us(t.occurred_at)) // 1000000 as age_s
    from conversion as c
    join analytics_touch as t on t.person_id = c.person_id
    where epoch_us(t.occurred_at) <= c.converted_us and epoch_us(t.occurred_at) >= c.converted_us - :lookback_us
),
weighted as (
    select *, cast(model_weight as hugeint) as weight from path
),
totalled as (
    select *, sum(weight) over (partition by conversion) as total from weighted
),
divided as (
    select
        *,
        1000000 * weight // total as credit,
        1000000 * weight % total as credit_rest,
        abs(revenue_minor) * weight // total as amount,
        abs(revenue_minor) * weight % total as amount_rest
    from totalled
),
ranked as (
    select
        *,
        1000000 - sum(credit) over (partition by conversion) as credit_left,
        row_number() over (partition by conversion order by credit_rest desc, position) as credit_rank,
        abs(revenue_minor) - sum(amount) over (partition by conversion) as amount_left,
        row_number() over (partition by conversion order by amount_rest desc, position) as amount_rank
    from divided
),
credited as (
    select
        conversion, is_new, campaign_id, channel, ad_group, keyword, false as is_none,
        credit + case when credit_rank <= credit_left then 1 else 0 end as credit,
        sign(revenue_minor) * (amount + case when amount_rank <= amount_left then 1 else 0 end) as revenue_minor
    from ranked
    union all
    select conversion, is_new, '', '', '', '', true, 1000000, revenue_minor
    from conversion
    where conversion not in (select conversion from path)
)
select
    is_none,
    case when :with_campaign then campaign_id else '' end as campaign_id,
    case when :with_channel then channel else '' end as channel,
    case when :with_ad_group then ad_group else '' end as ad_group,
    case when :with_keyword then keyword else '' end as keyword,
    count(distinct conversion) as orders,
    sum(credit) as credit,
    sum(case when is_new then credit else 0 end) as new_credit,
    sum(revenue_minor) as revenue_minor
from credited
group by 1, 2, 3, 4, 5
