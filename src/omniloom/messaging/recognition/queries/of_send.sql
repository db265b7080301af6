-- store: state
-- of_send: the request whose message this is, if it went to the very address it asks.
-- in: :send_id :channel   out: the columns of messaging_recognition   rows: one or none
select
    r.request_id, r.way, r.state, r.channel, r.kind, r.value, r.person_id, r.send_id, r.anonymous_id, r.browser, r.tries,
    r.place, r.benefit, r.language, r.ip, r.user_agent, r.requested_at, r.expires_at, r.proved_at
from messaging_recognition as r
where
    r.send_id = :send_id and r.channel = :channel
    and exists (
        select 1 from messaging_attempt as a
        where a.send_id = r.send_id and a.channel = r.channel and a.address = r.value
    )
