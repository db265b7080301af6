-- store: state
-- ledger_lines: what people's consents say without saying whose. in: :people
-- out: the columns of privacy_proof that are about the consent   order: as they were written down
select
    advertiser, channel, purpose, is_given, wording_hash, wording_version, method, occurred_at, recorded_at
from profiles_consent_ledger
where person_id in (:people)
order by person_id, place
