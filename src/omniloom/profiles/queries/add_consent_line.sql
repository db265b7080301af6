-- store: state
-- add_consent_line: one line of the ledger of consents. in: the columns of profiles_consent_ledger
insert into profiles_consent_ledger (
    person_id, place, source_id, message_id, advertiser, channel, purpose, is_given, wording, wording_hash,
    wording_version, method, ip, user_agent, evidence, occurred_at, recorded_at, link
)
values (
    :person_id, :place, :source_id, :message_id, :advertiser, :channel, :purpose, :is_given, :wording, :wording_hash,
    :wording_version, :method, :ip, :user_agent, :evidence, :occurred_at, :recorded_at, :link
)
