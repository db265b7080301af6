-- store: state
-- send_plan: one planned message per person and campaign; until it goes somewhere it is theirs for whom it was planned.
-- in: :send_id :campaign_id :person_id :now
insert into messaging_send (
    send_id, campaign_id, planned_id, person_id, state, reason, channel, context, fence, claimed_by, leased_until, not_before,
    created_at, updated_at
)
values (:send_id, :campaign_id, :person_id, :person_id, 'planned', '', '', '{}', 0, '', 0, 0, :now, :now)
on conflict (campaign_id, planned_id) do nothing
