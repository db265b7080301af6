-- store: state
-- add_webhook: a new webhook, unless its name is taken. in: its columns   out: none
insert into collect_webhook
    (hook_id, source_id, name, connector, definition, secret, options, is_enabled, created_at, changed_at)
values (:hook_id, :source_id, :name, :connector, :definition, :secret, :options, :is_enabled, :created_at, :changed_at)
on conflict (name) do nothing
