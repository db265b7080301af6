-- store: state
-- import_of: one import. in: :import_id  out: all columns  rows: at most one
select
    import_id, mapping, target, paths, state, rows_total, rows_read, rows_rejected, events_added, events_known, error,
    started_at, finished_at
from collect_import where import_id = :import_id
