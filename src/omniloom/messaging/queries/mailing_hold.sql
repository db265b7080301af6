-- store: state
-- mailing_hold: stop a running mailing whose template is broken. in: :campaign_id :reason
update messaging_mailing set state = 'held', state_reason = :reason
where campaign_id = :campaign_id and state = 'running'
