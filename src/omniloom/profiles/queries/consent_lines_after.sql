-- store: state
-- consent_lines_after: the consent lines of the next people, whoever they became. in: :person_id, :people_max
-- out: the columns of profiles_consent_ledger   order: none
select
    person_id, place, source_id, message_id, advertiser, channel, purpose, is_given, wording, wording_hash,
    wording_version, method, ip, user_agent, evidence, occurred_at, recorded_at, link
from profiles_consent_ledger
where person_id in (
    select distinct person_id from profiles_consent_ledger
    where person_id > :person_id
    order by person_id
    limit :people_max
)
