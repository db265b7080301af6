-- store: state
-- attempt_of_send: the message a token or callback speaks of. in: :send_id :channel
-- out: send_key, send_id, campaign_id, campaign, person_id, channel, address, state, provider_id, advertiser
select
    a.send_key, a.send_id, a.campaign_id, m.name as campaign, a.person_id, a.channel, a.address, a.state,
    a.provider_id, m.advertiser
from messaging_attempt as a
inner join messaging_mailing as m on m.campaign_id = a.campaign_id
where a.send_id = :send_id and a.channel = :channel
