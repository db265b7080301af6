-- store: state
-- mailing_open: start a mailing unless it is open. in: :campaign_id :name :kind :channels :templates :now
insert into messaging_mailing (campaign_id, name, kind, channels, templates, state, state_reason, created_at)
values (:campaign_id, :name, :kind, :channels, :templates, 'running', '', :now)
on conflict (campaign_id) do nothing
