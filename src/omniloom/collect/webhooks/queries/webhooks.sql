-- store: state
-- webhooks: every webhook. in: none   out: a row each   order: name
select hook_id, source_id, name, connector, definition, secret, options, is_enabled, created_at, changed_at
from collect_webhook
order by name
