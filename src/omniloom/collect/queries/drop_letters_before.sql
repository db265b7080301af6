-- store: state
-- drop_letters_before: forget letters that are too old. in: :before  out: none
delete from collect_dead_letter where received_at < :before
