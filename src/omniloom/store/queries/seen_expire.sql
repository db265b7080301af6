-- store: state
-- seen_expire: forgets a slice of expired keys. in: :now, :rows_max   out: nothing
delete from store_seen
where key in (select key from store_seen where expires_at < :now order by expires_at limit :rows_max)
