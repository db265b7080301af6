-- store: state
-- recipients: the messages of one campaign, changed last first; :state '' is any.
-- in: :campaign_id :state :skip :rows_max   out: person_id (who it is by now), state, reason, channel, updated_at
select coalesce(p.root_id, s.person_id) as person_id, s.state as state, s.reason as reason, s.channel as channel,
    s.updated_at as updated_at
from messaging_send as s
left join identity_person as p on p.person_id = s.person_id
where s.campaign_id = :campaign_id and (s.state = :state or :state = '')
order by s.updated_at desc, s.send_id
limit :rows_max offset :skip
