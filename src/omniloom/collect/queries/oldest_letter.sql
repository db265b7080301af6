-- store: state
-- oldest_letter: when the oldest letter came. in: none  out: received_at  rows: one, empty without letters
select min(received_at) as received_at from collect_dead_letter
