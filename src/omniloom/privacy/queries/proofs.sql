-- store: state
-- proofs: what is kept of the consents of one erased person. in: :erasure_id
-- out: all columns but the ids   order: oldest first
select
    subject, advertiser, channel, purpose, is_given, wording_hash, wording_version, method, occurred_at, recorded_at
from privacy_proof
where erasure_id = :erasure_id
order by occurred_at, proof_id
