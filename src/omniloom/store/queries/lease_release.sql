-- store: state
-- lease_release: gives a lease back before its time. in: :name, :fence   rows: 1, or 0 if another holds it
update store_lease set expires_at = 0 where name = :name and fence = :fence
