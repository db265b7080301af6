-- store: state
-- verify_identifier: its owner proved to hold it; the newest proof stays. in: :kind, :value, :at
update identity_identifier set
    verified_at = case when verified_at is null or verified_at < :at then :at else verified_at end
where kind = :kind and value = :value
