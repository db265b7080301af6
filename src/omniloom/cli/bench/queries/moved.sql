-- store: events
-- moved: the messages whose ids begin with something, such as those sent while an installation moved.
-- in: :beginning   out: message_id   order: none
select message_id from identity_event where message_id like :beginning || '%'
