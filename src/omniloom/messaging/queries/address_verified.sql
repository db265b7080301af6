-- store: state
-- address_verified: an address was shown to be its person's; the first proof stays. in: :channel :address :by :now
insert into messaging_address (channel, address, verified_at, verified_by)
values (:channel, :address, :now, :by)
on conflict (channel, address) do nothing
