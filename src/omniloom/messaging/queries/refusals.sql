-- store: state
-- refusals: channels these sends were refused in for good. in: :send_ids (list)  out: send_id, channel, reason
select send_id, channel, reason from messaging_attempt where send_id in (:send_ids) and state = 'refused'
