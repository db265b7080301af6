-- store: state
-- drop_arrival_days: forget volumes that are too old. in: :before  out: none
delete from collect_arrival_day where day < :before
