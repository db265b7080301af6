-- store: state
-- add_letter: a refused item is kept. in: all columns but those of its later life  out: none
insert into collect_dead_letter (
    letter_id, source_id, dialect, path, type, name, message_id, reason, field, message, received_at, received_day,
    raw, is_base64, is_cut, sent_at, context, is_history, folded, status, status_at, attempts
) values (
    :letter_id, :source_id, :dialect, :path, :type, :name, :message_id, :reason, :field, :message, :received_at,
    :received_day, :raw, :is_base64, :is_cut, :sent_at, :context, :is_history, :folded, 'open', :received_at, 0
)
