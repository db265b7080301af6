-- store: state
-- add_campaign: a new draft. in: the columns
insert into journeys_campaign (
    campaign_id, name, segment_id, channels, templates, cost_per_message_minor, currency, advertiser, state,
    state_reason, state_detail, audience, planned_through, scheduled_at, created_at, updated_at
)
values (
    :campaign_id, :name, :segment_id, :channels, :templates, :cost_per_message_minor, :currency, :advertiser,
    'draft', '', '', 0, 0, :scheduled_at, :now, :now
)
