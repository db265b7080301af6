-- store: state
-- opt_in_of_send: the request whose question this message is, if it went to the very address it asks.
-- in: :send_id :channel   out: the columns of messaging_opt_in, campaign_id, campaign
select
    o.request_id, o.state, o.send_id, o.person_id, o.channel, o.address, o.advertiser, o.purpose, o.wording,
    o.wording_version, o.language, o.ip, o.user_agent, o.evidence, o.requested_at, o.expires_at, a.campaign_id,
    m.name as campaign
from messaging_attempt as a
inner join messaging_mailing as m on m.campaign_id = a.campaign_id
inner join messaging_opt_in as o on o.send_id = a.send_id and o.channel = a.channel and o.address = a.address
where a.send_id = :send_id and a.channel = :channel
