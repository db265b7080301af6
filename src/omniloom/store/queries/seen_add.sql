-- store: state
-- seen_add: remembers a key. in: :key, :content, :expires_at (null: for ever)   out: nothing
insert into store_seen (key, content, expires_at) values (:key, :content, :expires_at)
