-- store: state
-- move: from one of some states to another. in: :campaign_id :from_states :state :state_reason :state_detail :now
-- The instant that belongs to the new state is set if it was not.
update journeys_campaign
set
    state = :state,
    state_reason = :state_reason,
    state_detail = :state_detail,
    launched_at = case when :state = 'planning' then coalesce(launched_at, :now) else launched_at end,
    planned_at = case when :state = 'running' then coalesce(planned_at, :now) else planned_at end,
    finished_at = case when :state in ('finished', 'cancelled') then :now else finished_at end,
    updated_at = :now
where campaign_id = :campaign_id and state in (:from_states)
