-- store: state
-- add_reject: a row that was not taken. in: all columns  out: none
insert into collect_reject (import_id, path, row_number, field, reason, value)
values (:import_id, :path, :row_number, :field, :reason, :value)
