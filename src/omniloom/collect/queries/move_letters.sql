-- store: state
-- move_letters: letters that fit a filter get another status. in: the filter, :moved_to, :now  out: none
update collect_dead_letter set status = :moved_to, status_at = :now
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
