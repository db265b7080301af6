-- store: state
-- webhook_of: one webhook by its id or name; ids win. in: :key   out: at most two rows   order: the one by id first
select hook_id, source_id, name, connector, definition, secret, options, is_enabled, created_at, changed_at
from collect_webhook
where hook_id = :key or name = :key
order by case when hook_id = :key then 0 else 1 end
