-- store: state
-- save_import: how far an import is. in: :import_id and the counts  out: none
update collect_import set
    state = :state, rows_total = :rows_total, rows_read = :rows_read, rows_rejected = :rows_rejected,
    events_added = :events_added, events_known = :events_known, error = :error, finished_at = :finished_at
where import_id = :import_id
