-- store: state
-- channel: a channel's settings as kept. in: :channel  out: is_enabled, settings
select is_enabled, settings from messaging_channel where channel = :channel
