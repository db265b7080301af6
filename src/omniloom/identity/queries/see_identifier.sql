-- store: state
-- see_identifier: a known identifier was seen earlier or later than noted. in: :kind, :value, :first_seen_at, :last_seen_at
update identity_identifier set
    first_seen_at = case when :first_seen_at < first_seen_at then :first_seen_at else first_seen_at end,
    last_seen_at = case when :last_seen_at > last_seen_at then :last_seen_at else last_seen_at end
where kind = :kind and value = :value
