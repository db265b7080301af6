-- store: state
-- arrival_names: names that sources sent before. in: :source_ids  out: source_id, type, name
select source_id, type, name from collect_arrival where source_id in (:source_ids)
