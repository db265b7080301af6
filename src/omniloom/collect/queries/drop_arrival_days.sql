-- store: state
-- drop_arrival_days: forget volumes of one name that are too old. in: :source_id, :type, :name, :before  out: none
delete from collect_arrival_day where source_id = :source_id and type = :type and name = :name and day < :before
