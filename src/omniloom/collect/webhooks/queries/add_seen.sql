-- store: state
-- add_seen: a delivery was taken. in: :hook_id, :delivery, :expires_at   out: none
insert into collect_webhook_seen (hook_id, delivery, expires_at)
values (:hook_id, :delivery, :expires_at)
on conflict (hook_id, delivery) do update set expires_at = excluded.expires_at
