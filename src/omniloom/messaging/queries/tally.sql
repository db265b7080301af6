-- store: state
-- tally: a mailing's messages by state, channel and (where it is one of few) reason. in: :campaign_id
-- out: state, channel, reason, sends
select
    state,
    channel,
    case when state in ('skipped', 'rejected', 'suppressed') then reason else '' end as reason,
    count(*) as sends
from messaging_send
where campaign_id = :campaign_id
group by state, channel, case when state in ('skipped', 'rejected', 'suppressed') then reason else '' end
