-- store: state
-- add_proof: the least that proves a consent of somebody erased. in: all columns
insert into privacy_proof (
    proof_id, erasure_id, subject, advertiser, channel, purpose, is_given, wording_hash, wording_version, method,
    occurred_at, recorded_at
) values (
    :proof_id, :erasure_id, :subject, :advertiser, :channel, :purpose, :is_given, :wording_hash, :wording_version,
    :method, :occurred_at, :recorded_at
)
