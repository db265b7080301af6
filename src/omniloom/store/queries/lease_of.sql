-- store: state
-- lease_of: who holds a lease, or held it last. in: :name   out: holder, fence, expires_at
select holder, fence, expires_at from store_lease where name = :name
