-- store: state
-- drop_letters: some refused items go. in: :letter_ids (list)   out: none
delete from collect_dead_letter where letter_id in (:letter_ids)
