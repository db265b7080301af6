-- store: state
-- sends_end: nothing more goes to these people. in: :person_ids :reason :now  rows: changed
update messaging_send
set state = 'skipped', reason = :reason, leased_until = 0, updated_at = :now
where person_id in (:person_ids) and state in ('planned', 'claimed')
