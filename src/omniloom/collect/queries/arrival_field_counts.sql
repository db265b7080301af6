-- store: state
-- arrival_field_counts: how many fields names have. in: :source_ids, :names  out: source_id, type, name, fields
select source_id, type, name, count(*) as fields from collect_arrival_field
where source_id in (:source_ids) and name in (:names) group by source_id, type, name
