-- store: state
-- send_of_person: the message of a person, or of somebody who is one with them, in a campaign.
-- in: :campaign_id :person_id   out: send_id   rows: one or none
select s.send_id
from identity_person as me
inner join identity_person as p on p.root_id = me.root_id
inner join messaging_send as s on s.person_id = p.person_id
where s.campaign_id = :campaign_id and me.person_id = :person_id
order by s.send_id
limit 1
