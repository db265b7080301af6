-- store: state
-- letters: refused items that fit a filter. in: the filter, :rows_max  out: all columns  order: newest first
select
    letter_id, source_id, dialect, path, type, name, message_id, reason, field, message, received_at, raw, is_base64,
    is_cut, sent_at, context, is_history, status, status_at, attempts
from collect_dead_letter
where letter_id > :after and letter_id < :before
    and received_at >= :since and received_at < :until
    and (:is_any = 1 or letter_id in (:ids))
    and (:status = '' or status = :status)
    and (:changed_at = 0 or status_at = :changed_at)
    and (:source_id = '' or source_id = :source_id)
    and (:reason = '' or reason = :reason)
    and (:field = '' or field = :field)
    and (:name = '' or name = :name)
    and (:text = '' or instr(folded, :text) > 0)
order by letter_id desc limit :rows_max
