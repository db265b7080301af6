-- store: state
-- mailing_open: start a mailing unless it is open. in: :campaign_id :name :kind :channels :templates :advertiser :now
insert into messaging_mailing (campaign_id, name, kind, channels, templates, state, state_reason, advertiser, created_at)
values (:campaign_id, :name, :kind, :channels, :templates, 'running', '', :advertiser, :now)
on conflict (campaign_id) do nothing
