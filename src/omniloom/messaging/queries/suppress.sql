-- store: state
-- suppress: close an address; a bounce or complaint outweighs an unsubscription. in: :channel :address :reason
-- :evidence :now
insert into messaging_suppression (channel, address, reason, evidence, created_at)
values (:channel, :address, :reason, :evidence, :now)
on conflict (channel, address) do update set
    reason = excluded.reason, evidence = excluded.evidence, created_at = excluded.created_at
where messaging_suppression.reason = 'unsubscribed' and excluded.reason <> 'unsubscribed'
