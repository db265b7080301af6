-- store: state
-- outbox_add: an event for the log. in: :message_id :body
insert into messaging_outbox (message_id, body) values (:message_id, :body)
on conflict (message_id) do nothing
