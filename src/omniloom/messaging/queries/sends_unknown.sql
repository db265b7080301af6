-- store: state
-- sends_unknown: marketing or cancelled messages of dead workers are never sent again.
-- in: :reason :now :before  rows: changed
update messaging_send
set state = 'unknown', reason = :reason, leased_until = 0, updated_at = :now
where
    leased_until > 0 and leased_until < :before and state = 'intent'
    and campaign_id in (select campaign_id from messaging_mailing where kind = 'marketing' or state = 'cancelled')
