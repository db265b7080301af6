-- store: state
-- drop_seen: forget deliveries of long ago. in: :now   out: none
delete from collect_webhook_seen
where expires_at <= :now
