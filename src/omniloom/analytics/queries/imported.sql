-- store: events
-- imported: what shops and mailings brought in. out: one row of counts, revenue in minor units
with receipts as (
    select
        count(distinct person_id) as customers,
        count(*) as orders,
        sum(revenue_minor) as revenue_minor,
        count(distinct json_extract_string(properties, '$.store_id')) as stores
    from identity_history
    where name = 'Order Completed' and channel = 'store'
),
mail as (
    select
        count(distinct campaign_id) as campaigns,
        count(*) as campaign_recipients,
        count(distinct person_id) as customers_targeted
    from identity_history
    where name = 'Message Sent' and channel = 'direct_mail'
),
coupons as (
    select count(*) as coupon_redemptions, count(distinct person_id) as redeemers
    from identity_history
    where name = 'Coupon Redeemed'
),
lines as (
    select count(*) as order_lines from identity_history_item
)
select
    receipts.customers, receipts.orders, lines.order_lines, receipts.revenue_minor, receipts.stores,
    mail.campaigns, mail.campaign_recipients, mail.customers_targeted,
    coupons.coupon_redemptions, coupons.redeemers
from receipts, mail, coupons, lines
