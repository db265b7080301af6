-- store: state
-- outbox_sent: the event is in the log. in: :message_id
delete from messaging_outbox where message_id = :message_id
