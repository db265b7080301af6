-- store: state
-- mailings_due: running mailings with messages that are due. in: :now  out: campaign_id  order: oldest first
select m.campaign_id
from messaging_mailing as m
where
    m.state = 'running'
    and exists (
        select 1 from messaging_send as s
        where s.campaign_id = m.campaign_id and s.state = 'planned' and s.not_before <= :now
    )
order by m.created_at, m.campaign_id
