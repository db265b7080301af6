-- store: state
-- channel_save: keep a channel's settings. in: :channel :is_enabled :settings :now
insert into messaging_channel (channel, is_enabled, settings, updated_at)
values (:channel, :is_enabled, :settings, :now)
on conflict (channel) do update set
    is_enabled = excluded.is_enabled, settings = excluded.settings, updated_at = excluded.updated_at
