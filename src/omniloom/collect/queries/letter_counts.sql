-- store: state
-- letter_counts: how many items were refused. in: the filter  out: received_day, reason, source_id, letters
-- order: by all three
select received_day, reason, source_id, count(*) as letters
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
group by received_day, reason, source_id order by received_day, reason, source_id
