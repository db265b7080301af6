-- store: state
-- attempts_among: what was tried with these refused items. in: :letter_ids (list)   out: letter_id, texts
select letter_id, edited, message from collect_dead_letter_attempt where letter_id in (:letter_ids)
