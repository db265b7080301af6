-- store: state
-- decision_add: why a message went or did not. in: :send_id :at :channel :verdict :reason :detail
insert into messaging_decision (send_id, at, channel, verdict, reason, detail)
values (:send_id, :at, :channel, :verdict, :reason, :detail)
