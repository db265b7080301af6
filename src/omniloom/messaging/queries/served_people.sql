-- store: state
-- served_people: who of these people, as they are by now, has a message of these campaigns already, and by which send.
-- in: :campaign_ids (list) :root_ids (list)  out: campaign_id, root_id, send_id
select a.campaign_id, p.root_id, a.send_id
from identity_person as p
inner join messaging_attempt as a on a.person_id = p.person_id
where
    p.root_id in (:root_ids)
    and a.campaign_id in (:campaign_ids)
    and a.state in ('intent', 'accepted', 'unknown')
