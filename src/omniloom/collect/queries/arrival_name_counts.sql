-- store: state
-- arrival_name_counts: how many names sources sent before. in: :source_ids  out: source_id, names
select source_id, count(*) as names from collect_arrival where source_id in (:source_ids) group by source_id
