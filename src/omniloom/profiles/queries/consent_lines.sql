-- store: state
-- consent_lines: the consent lines of a person and of everyone merged into it.
-- in: :root_id   out: the columns of profiles_consent_ledger   order: newest first
select
    e.person_id, e.place, e.source_id, e.message_id, e.advertiser, e.channel, e.purpose, e.is_given, e.wording,
    e.wording_hash, e.wording_version, e.method, e.ip, e.user_agent, e.evidence, e.occurred_at, e.recorded_at, e.link
from identity_person as p
join profiles_consent_ledger as e on e.person_id = p.person_id
where p.root_id = :root_id
order by e.occurred_at desc, e.recorded_at desc, e.message_id
