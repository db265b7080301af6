-- store: state
-- attempts_unreported: finished attempts the log has not been told of. in: :rows_max
-- out: send_key, send_id, campaign_id, campaign, person_id, channel, address, state, reason, finished_at
select
    a.send_key, a.send_id, a.campaign_id, m.name as campaign, a.person_id, a.channel, a.address, a.state, a.reason,
    a.finished_at
from messaging_attempt as a
inner join messaging_mailing as m on m.campaign_id = a.campaign_id
where a.reported = 0 and a.state in ('accepted', 'refused')
order by coalesce(a.finished_at, 0), a.send_key
limit :rows_max
