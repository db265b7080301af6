-- store: state
-- opt_in_add: a double opt-in asked for. in: the columns of messaging_opt_in that are known then
insert into messaging_opt_in (
    request_id, state, send_id, person_id, channel, address, advertiser, purpose, wording, wording_version, language,
    ip, user_agent, evidence, requested_at, expires_at, confirmed_at
)
values (
    :request_id, 'new', '', 0, :channel, :address, :advertiser, :purpose, :wording, :wording_version, :language, :ip,
    :user_agent, :evidence, :requested_at, :expires_at, 0
)
