-- store: state
-- lease_take: takes a lease that nobody holds any more. in: :name, :holder, :now, :expires_at   rows: 1, or 0 if held
insert into store_lease (name, holder, fence, expires_at) values (:name, :holder, 1, :expires_at)
on conflict (name) do update set
    holder = excluded.holder, fence = store_lease.fence + 1, expires_at = excluded.expires_at
where store_lease.expires_at <= :now
