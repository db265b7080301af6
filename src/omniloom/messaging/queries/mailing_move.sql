-- store: state
-- mailing_move: hold, resume or cancel. in: :campaign_id :state :reason
update messaging_mailing set state = :state, state_reason = :reason where campaign_id = :campaign_id
