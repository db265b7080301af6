-- store: state
-- send_cancel: whoever is not under way is skipped. in: :campaign_id :reason :now  rows: changed
update messaging_send
set state = 'skipped', reason = :reason, leased_until = 0, updated_at = :now
where campaign_id = :campaign_id and state in ('planned', 'claimed')
