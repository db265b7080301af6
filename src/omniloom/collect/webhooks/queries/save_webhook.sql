-- store: state
-- save_webhook: what may change of a webhook. in: its columns, :hook_id   out: none
update collect_webhook
set connector = :connector, definition = :definition, secret = :secret, options = :options, is_enabled = :is_enabled,
    changed_at = :changed_at
where hook_id = :hook_id
