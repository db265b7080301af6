-- store: state
-- recent_attempts: marketing messages that went, are going or may have gone to these people since an instant.
-- in: :root_ids (list) :since  out: root_id, intent_at  rows: one per attempt
select p.root_id, a.intent_at
from identity_person as p
inner join messaging_attempt as a on a.person_id = p.person_id
inner join messaging_mailing as m on m.campaign_id = a.campaign_id
where
    p.root_id in (:root_ids)
    and a.intent_at > :since
    and a.state in ('intent', 'accepted', 'unknown')
    and m.kind = 'marketing'
