-- store: state
-- settle_letter: what a replay made of an open letter. in: :letter_id, :status, :reason, :field, :message, :now  out: none
update collect_dead_letter set
    status = :status, status_at = :now, reason = :reason, field = :field, message = :message, attempts = attempts + 1
where letter_id = :letter_id and status = 'open'
