-- store: state
-- attempt_intend: about to send; an attempt that was put off may go again, any other state means it may have gone.
-- It is whose address it goes to. in: :send_key :send_id :campaign_id :person_id :channel :address :fence :now  rows: 1, or 0 if it must not go
insert into messaging_attempt (
    send_key, send_id, campaign_id, person_id, channel, address, state, reason, provider_id, tries, fence, intent_at,
    finished_at, reported
)
values (
    :send_key, :send_id, :campaign_id, :person_id, :channel, :address, 'intent', '', '', 1, :fence, :now, null, 0
)
on conflict (send_key) do update set
    person_id = excluded.person_id,
    address = excluded.address,
    state = 'intent',
    reason = '',
    tries = messaging_attempt.tries + 1,
    fence = excluded.fence,
    intent_at = excluded.intent_at,
    finished_at = null
where messaging_attempt.state = 'later'
