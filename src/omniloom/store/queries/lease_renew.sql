-- store: state
-- lease_renew: makes a lease last longer, if it has not run out. in: :name, :fence, :now, :expires_at
-- rows: 1, or 0 if it has
update store_lease set expires_at = :expires_at where name = :name and fence = :fence and expires_at > :now
