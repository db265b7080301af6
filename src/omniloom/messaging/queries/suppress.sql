-- store: state
-- suppress: close an address to an advertiser's messages, empty: to everybody's; a bounce or complaint outweighs an
-- unsubscription. in: :channel :address :advertiser :reason :evidence :now
insert into messaging_suppression (channel, address, advertiser, reason, evidence, created_at)
values (:channel, :address, :advertiser, :reason, :evidence, :now)
on conflict (channel, address, advertiser) do update set
    reason = excluded.reason, evidence = excluded.evidence, created_at = excluded.created_at
where messaging_suppression.reason = 'unsubscribed' and excluded.reason <> 'unsubscribed'
