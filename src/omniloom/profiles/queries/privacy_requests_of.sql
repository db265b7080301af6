-- store: state
-- privacy_requests_of: what a person, and everyone who is one with them, asked. in: :person_id
-- out: the fields of PrivacyRequest   order: newest first
select
    r.request_id, r.person_id, r.kind, r.state, r.method, r.ip, r.user_agent, r.requested_at, r.settled_at, r.settled_by
from identity_person as me
join identity_person as p on p.root_id = me.root_id
join profiles_privacy_request as r on r.person_id = p.person_id
where me.person_id = :person_id
order by r.requested_at desc, r.request_id
