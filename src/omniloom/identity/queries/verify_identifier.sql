-- store: state
-- verify_identifier: its owner proved to hold it; the newest proof stays, and the last browser that is known of.
-- in: :kind, :value, :at, :browser (a digest, or null)
update identity_identifier set
    verified_at = case when verified_at is null or verified_at < :at then :at else verified_at end,
    verified_in = coalesce(:browser, verified_in)
where kind = :kind and value = :value
