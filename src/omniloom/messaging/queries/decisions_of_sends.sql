-- store: state
-- decisions_of_sends: the steps of their decisions in order. in: :send_ids (list)
-- out: send_id, at, channel, verdict, reason, detail
select send_id, at, channel, verdict, reason, detail
from messaging_decision
where send_id in (:send_ids)
order by at
