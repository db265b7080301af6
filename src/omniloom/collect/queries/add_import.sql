-- store: state
-- add_import: an import begins. in: :import_id, :mapping, :target, :paths, :started_at  out: none
insert into collect_import (
    import_id, mapping, target, paths, state, rows_total, rows_read, rows_rejected, events_added, events_known, error,
    started_at, finished_at
) values (:import_id, :mapping, :target, :paths, 'running', 0, 0, 0, 0, 0, '', :started_at, null)
