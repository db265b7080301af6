-- store: state
-- recognition: one recognition. in: :request_id   out: its columns   rows: one or none
select
    r.request_id, r.way, r.state, r.channel, r.kind, r.value, r.person_id, r.send_id, r.anonymous_id, r.browser, r.tries,
    r.place, r.benefit, r.language, r.ip, r.user_agent, r.requested_at, r.expires_at, r.proved_at
from messaging_recognition as r
where r.request_id = :request_id
