-- store: state
-- reachable: people with an address of a kind, and how many of them agreed to a channel for a purpose.
-- An address that many people use is nobody's. The newest word about the channel or about every channel is in force;
-- at the same instant a withdrawal wins.
-- in: :kind :channel :purpose   out: addresses, agreed   rows: one
with
addressed as (
    select distinct p.root_id
    from identity_identifier as i inner join identity_person as p on p.person_id = i.person_id
    where i.kind = :kind and i.shared_position is null
),
word as (
    select
        p.root_id,
        c.is_given,
        row_number() over (partition by p.root_id order by c.occurred_at desc, c.is_given) as age
    from profiles_consent as c inner join identity_person as p on p.person_id = c.person_id
    where c.purpose = :purpose and c.channel in (:channel, '*') and c.advertiser = ''
)
select count(*) as addresses, coalesce(sum(coalesce(w.is_given, 0)), 0) as agreed
from addressed as a left join word as w on w.root_id = a.root_id and w.age = 1
