-- store: state
-- sends_due_now: whoever waits is due now; quiet hours and the like are asked again then.
-- in: :now  rows: one per waiting send
update messaging_send
set not_before = :now
where state = 'planned' and not_before > :now
