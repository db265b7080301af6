-- store: state
-- disable_source: take no more events of a source. in: :source_id, :now  out: none
update collect_source set disabled_at = :now where source_id = :source_id and disabled_at is null
