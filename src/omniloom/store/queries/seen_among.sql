-- store: state
-- seen_among: what is remembered of keys. in: :keys   out: key, content, expires_at   order: none
select key, content, expires_at from store_seen where key in (:keys)
