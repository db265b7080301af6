-- store: state
-- unbury_suppressed: an address asks that is known by its digest: what was closed is closed. in: :address :digest
insert into messaging_suppression (channel, address, advertiser, reason, evidence, created_at)
select channel, :address, advertiser, reason, evidence, created_at from messaging_suppression
where address = :digest
on conflict (channel, address, advertiser) do nothing
