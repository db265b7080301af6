-- store: state
-- reach_map: one channel over the people from :after to :through, by the ids of who they are by now; of several addresses
-- that are not shared the one seen last counts. A person's newest word about the channel or about all of them is in
-- force; at the same instant a withdrawal wins. The newest wish holds. `cross join`: SQLite keeps to that order, else it
-- reads every address there is for each part. Who stands in for somebody erased that asks for a proof is nobody.
-- in: :channel :kind :purpose :advertiser :now :after :through :nobodys (test values)   out: the counts of ChannelReach but no_address
-- rows: one
with
seen as (
    select
        p.root_id,
        i.value,
        row_number() over (partition by p.root_id order by i.last_seen_at desc, i.value desc) as age
    from identity_person as p cross join identity_identifier as i
    where p.root_id > :after and p.root_id <= :through
        and i.person_id = p.person_id and i.kind = :kind and i.shared_position is null
        and i.value not in (:nobodys)
),
word as (
    select
        p.root_id,
        case when max(2 * c.occurred_at + 1 - c.is_given) = 2 * max(c.occurred_at) then 1 else 0 end as is_given
    from identity_person as p cross join profiles_consent as c
    where p.root_id > :after and p.root_id <= :through
        and c.person_id = p.person_id and c.purpose = :purpose and c.channel in (:channel, '*')
        and c.advertiser = :advertiser
    group by p.root_id
),
wish as (
    select
        p.root_id,
        w.paused_until,
        row_number() over (partition by p.root_id order by w.updated_at desc, w.person_id desc) as age
    from identity_person as p cross join profiles_preference as w
    where p.root_id > :after and p.root_id <= :through and w.person_id = p.person_id
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
        case when coalesce(h.paused_until, 0) > :now then 1 else 0 end as paused,
        count(*) as people
    from seen as s
    left join word as w on w.root_id = s.root_id
    left join wish as h on h.root_id = s.root_id and h.age = 1
    left join messaging_address as v on v.channel = :channel and v.address = s.value
    where s.age = 1
    group by 1, 2, 3, 4, 5
)
select
    (
        select count(*) from identity_person
        where root_id = person_id and root_id > :after and root_id <= :through
            and root_id not in (select r.person_id from messaging_recognition as r where r.is_buried = 1)
    ) as people,
    coalesce(sum(people), 0) as addressed,
    coalesce(sum(people * verified), 0) as verified,
    coalesce(sum(people * agreed), 0) as agreed,
    coalesce(sum(people * closed), 0) as closed,
    coalesce(sum(people * reached), 0) as reached,
    coalesce(sum(people * (1 - closed) * agreed * (1 - paused)), 0) as reachable,
    coalesce(sum(people * closed), 0) as suppressed,
    coalesce(sum(people * (1 - closed) * (1 - agreed)), 0) as no_consent,
    coalesce(sum(people * (1 - closed) * agreed * paused), 0) as paused
from one
