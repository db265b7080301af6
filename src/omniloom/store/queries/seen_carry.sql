-- store: state
-- seen_carry: remembers a key of an older release unless it is known. in: :key, :expires_at   out: nothing
insert into store_seen (key, expires_at) values (:key, :expires_at) on conflict (key) do nothing
