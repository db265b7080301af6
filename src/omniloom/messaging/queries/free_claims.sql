-- store: state
-- free_claims: claimed, nothing begun: planned again. in: :now :before  rows: changed
update messaging_send
set state = 'planned', leased_until = 0, updated_at = :now
where leased_until > 0 and leased_until < :before and state = 'claimed'
