-- store: state
-- unsent: requests whose address has a person by now (of one that many use, who stands in for them), and how many
-- messages that person got before.
-- in: :now :rows_max
-- out: request_id, way, channel, value, place, language, card_language, person_id, asked_before   order: oldest first
select
    r.request_id, r.way, r.channel, r.value, r.place, r.language, coalesce(c.language, '') as card_language,
    p.person_id,
    (
        select count(*) from messaging_recognition as earlier
        inner join identity_person as they on they.person_id = earlier.person_id
        where they.root_id = p.root_id and earlier.send_id <> ''
    ) as asked_before
from messaging_recognition as r
inner join identity_identifier as i on i.kind = r.kind and i.value = r.value
inner join identity_person as p on p.person_id = coalesce(i.shared_id, i.person_id)
left join profiles_card as c on c.person_id = p.root_id
where r.state = 'new' and r.expires_at > :now
order by r.requested_at, r.request_id
limit :rows_max
