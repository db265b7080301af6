-- store: state
-- reach_map: one channel over everybody; of several addresses that are not shared the one seen last counts. A person's
-- newest word about the channel or about all of them is in force; at the same instant a withdrawal wins. The newest
-- wish holds.
-- in: :channel :kind :purpose :advertiser :now   out: the counts of ChannelReach but no_address   rows: one
with
seen as (
    select
        p.root_id,
        i.value,
        row_number() over (partition by p.root_id order by i.last_seen_at desc, i.value desc) as age
    from identity_identifier as i inner join identity_person as p on p.person_id = i.person_id
    where i.kind = :kind and i.shared_position is null
),
word as (
    select
        p.root_id,
        c.is_given,
        row_number() over (partition by p.root_id order by c.occurred_at desc, c.is_given) as age
    from profiles_consent as c inner join identity_person as p on p.person_id = c.person_id
    where c.purpose = :purpose and c.channel in (:channel, '*') and c.advertiser = :advertiser
),
wish as (
    select
        p.root_id,
        w.paused_until,
        row_number() over (partition by p.root_id order by w.updated_at desc, w.person_id desc) as age
    from profiles_preference as w inner join identity_person as p on p.person_id = w.person_id
),
one as (
    select
        case when v.address is null then 0 else 1 end as verified,
        coalesce(w.is_given, 0) as agreed,
        case when exists (
            select 1 from messaging_suppression as x
            where x.channel = :channel and x.address = s.value and x.advertiser in ('', :advertiser)
        ) then 1 else 0 end as closed,
        case when exists (
            select 1 from messaging_attempt as a
            where a.channel = :channel and a.address = s.value and a.state = 'accepted'
        ) then 1 else 0 end as reached,
        case when coalesce(h.paused_until, 0) > :now then 1 else 0 end as paused
    from seen as s
    left join word as w on w.root_id = s.root_id and w.age = 1
    left join wish as h on h.root_id = s.root_id and h.age = 1
    left join messaging_address as v on v.channel = :channel and v.address = s.value
    where s.age = 1
)
select
    (select count(*) from identity_person where root_id = person_id) as people,
    count(*) as addressed,
    coalesce(sum(verified), 0) as verified,
    coalesce(sum(agreed), 0) as agreed,
    coalesce(sum(closed), 0) as closed,
    coalesce(sum(reached), 0) as reached,
    coalesce(sum((1 - closed) * agreed * (1 - paused)), 0) as reachable,
    coalesce(sum(closed), 0) as suppressed,
    coalesce(sum((1 - closed) * (1 - agreed)), 0) as no_consent,
    coalesce(sum((1 - closed) * agreed * paused), 0) as paused
from one
