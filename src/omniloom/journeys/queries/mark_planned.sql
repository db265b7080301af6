-- store: state
-- mark_planned: everyone of the audience up to a person is planned. in: :campaign_id :person_id :now
update journeys_campaign
set planned_through = :person_id, updated_at = :now
where campaign_id = :campaign_id and state = 'planning' and planned_through < :person_id
