-- store: state
-- messages_sent_to: the last messages that went to a person and to everyone who is one with them.
-- in: :person_id :rows_max   out: campaign_id, campaign, kind, advertiser, channel, address, intent_at
-- order: newest first
select a.campaign_id, m.name as campaign, m.kind, m.advertiser, a.channel, a.address, a.intent_at
from identity_person as me
inner join identity_person as p on p.root_id = me.root_id
inner join messaging_attempt as a on a.person_id = p.person_id
inner join messaging_mailing as m on m.campaign_id = a.campaign_id
where me.person_id = :person_id and a.state in ('accepted', 'unknown')
order by a.intent_at desc, a.send_key
limit :rows_max
