-- store: events
-- moved: events that were sent while an installation moved.   out: message_id   order: none
select message_id from identity_event where message_id like 'sent-%'
