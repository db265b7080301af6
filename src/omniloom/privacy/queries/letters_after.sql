-- store: state
-- letters_after: refused items with all their texts, to look through. in: :after :rows_max
-- out: letter_id, is_base64, texts   order: oldest first
select letter_id, is_base64, raw, context, path, name, message_id, message
from collect_dead_letter
where letter_id > :after
order by letter_id
limit :rows_max
