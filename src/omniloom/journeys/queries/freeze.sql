-- store: state
-- freeze: note how many the audience is. in: :campaign_id :audience :now
update journeys_campaign
set audience = :audience, planned_through = 0, frozen_at = :now, updated_at = :now
where campaign_id = :campaign_id and state = 'planning' and frozen_at is null
