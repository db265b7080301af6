-- store: state
-- attempts_retry: transactional attempts of dead workers may go again with the same key, unless cancelled.
-- in: :reason :now :before  rows: changed
update messaging_attempt
set state = 'later', reason = :reason, finished_at = :now
where
    state = 'intent'
    and send_id in (
        select s.send_id from messaging_send as s
        inner join messaging_mailing as m on m.campaign_id = s.campaign_id
        where s.leased_until > 0 and s.leased_until < :before and s.state = 'intent' and m.kind = 'transactional' and m.state <> 'cancelled'
    )
