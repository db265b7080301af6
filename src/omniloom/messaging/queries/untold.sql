-- store: state
-- untold: outcomes and events the log has not been told of. out: untold  rows: one
select
    (select count(*) from messaging_attempt where reported = 0 and state in ('accepted', 'refused'))
    + (select count(*) from messaging_outbox) as untold
