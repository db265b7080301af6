-- store: state
-- known_consent_lines: which words of these messages are in the ledger.
-- in: :message_ids   out: source_id, message_id, advertiser, channel, purpose
select source_id, message_id, advertiser, channel, purpose
from profiles_consent_ledger
where message_id in (:message_ids)
