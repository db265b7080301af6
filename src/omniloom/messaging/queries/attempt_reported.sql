-- store: state
-- attempt_reported: the log was told. in: :send_key
update messaging_attempt set reported = 1 where send_key = :send_key
