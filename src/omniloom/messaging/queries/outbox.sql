-- store: state
-- outbox: events waiting for the log. in: :rows_max
-- out: message_id, body
select message_id, body from messaging_outbox order by message_id limit :rows_max
