-- store: state
-- sends_retry: transactional messages of dead workers are planned again, unless cancelled. in: :reason :now :before  rows: changed
update messaging_send
set state = 'planned', reason = :reason, leased_until = 0, updated_at = :now
where
    leased_until > 0 and leased_until < :before and state = 'intent'
    and campaign_id in (select campaign_id from messaging_mailing where kind = 'transactional' and state <> 'cancelled')
