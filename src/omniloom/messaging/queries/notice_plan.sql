-- store: state
-- notice_plan: a planned message for one address of a person, once a person and campaign.
-- in: :send_id :campaign_id :person_id :context :now
insert into messaging_send (
    send_id, campaign_id, planned_id, person_id, state, reason, channel, context, fence, claimed_by, leased_until, not_before,
    created_at, updated_at
)
values (:send_id, :campaign_id, :person_id, :person_id, 'planned', '', '', :context, 0, '', 0, 0, :now, :now)
on conflict (campaign_id, planned_id) do nothing
