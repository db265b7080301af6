-- store: state
-- opt_ins_new: requests whose address is one person's by now, and how many questions that person was asked before.
-- in: :channel :kind :now :rows_max
-- out: request_id, channel, address, language, card_language, person_id, asked_before   order: oldest first
select
    o.request_id, o.channel, o.address, o.language, coalesce(c.language, '') as card_language, i.person_id,
    (
        select count(*) from messaging_opt_in as earlier
        inner join identity_person as they on they.person_id = earlier.person_id
        where they.root_id = p.root_id
    ) as asked_before
from messaging_opt_in as o
inner join identity_identifier as i on i.kind = :kind and i.value = o.address and i.shared_position is null
inner join identity_person as p on p.person_id = i.person_id
left join profiles_card as c on c.person_id = p.root_id
where o.state = 'new' and o.channel = :channel and o.expires_at > :now
order by o.requested_at, o.request_id
limit :rows_max
