-- store: state
-- is_attempted: whether anything of a mailing was handed to a provider, or is about to be.
-- in: :campaign_id   out: one row if so
select 1 as found from messaging_attempt where campaign_id = :campaign_id limit 1
