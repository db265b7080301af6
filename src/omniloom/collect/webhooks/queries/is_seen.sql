-- store: state
-- is_seen: whether a delivery was taken before. in: :hook_id, :delivery, :now   out: one row if so
select delivery
from collect_webhook_seen
where hook_id = :hook_id and delivery = :delivery and expires_at > :now
