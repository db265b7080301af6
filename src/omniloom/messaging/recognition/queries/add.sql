-- store: state
-- add: a recognition that begins. in: the columns of messaging_recognition that are known then
insert into messaging_recognition (
    request_id, way, state, channel, kind, value, person_id, send_id, anonymous_id, browser, tries, place, benefit,
    language, ip, user_agent, requested_at, expires_at, proved_at, is_buried
)
values (
    :request_id, :way, :state, :channel, :kind, :value, :person_id, '', :anonymous_id, :browser, 0, :place, '',
    :language, :ip, :user_agent, :now, :expires_at, 0, :is_buried
)
