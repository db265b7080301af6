-- store: state
-- imports: the newest imports. in: :rows_max  out: all columns  order: newest first
select
    import_id, mapping, target, paths, state, rows_total, rows_read, rows_rejected, events_added, events_known, error,
    started_at, finished_at
from collect_import order by started_at desc, import_id limit :rows_max
