-- store: state
-- seen_keep: remembers keys for ever. in: :keys   out: nothing
update store_seen set expires_at = null where key in (:keys)
