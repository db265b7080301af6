-- store: state
-- rejects: rejected rows of an import. in: :import_id, :rows_max  out: path, row_number, field, reason, value
select path, row_number, field, reason, value from collect_reject
where import_id = :import_id order by path, row_number limit :rows_max
