-- store: state
-- sends_of_person: every message to a person and whoever was merged into them, newest first. in: :root_id :rows_max
-- out: send_id, campaign_id, name, state, reason, channel, updated_at, address
select
    s.send_id, s.campaign_id, m.name, s.state, s.reason, s.channel, s.updated_at,
    (
        select a.address from messaging_attempt as a
        where a.send_id = s.send_id and a.channel = s.channel
    ) as address
from identity_person as p
inner join messaging_send as s on s.person_id = p.person_id
inner join messaging_mailing as m on m.campaign_id = s.campaign_id
where p.root_id = :root_id
order by s.updated_at desc, s.send_id
limit :rows_max
