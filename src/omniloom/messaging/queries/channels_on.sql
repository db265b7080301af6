-- store: state
-- channels_on: channels that are set up and switched on. out: channel
select channel from messaging_channel where is_enabled = 1
