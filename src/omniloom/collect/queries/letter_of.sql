-- store: state
-- letter_of: one refused item. in: :letter_id  out: all columns  rows: at most one
select
    letter_id, source_id, dialect, path, type, name, message_id, reason, field, message, received_at, raw, is_base64,
    is_cut, sent_at, context, is_history, status, status_at, attempts
from collect_dead_letter where letter_id = :letter_id
