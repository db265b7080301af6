-- store: state
-- arrival_samples: the last samples of one name. in: :source_id, :type, :name  out: seen_at, body  order: newest first
select seen_at, body from collect_arrival_sample
where source_id = :source_id and type = :type and name = :name order by seen_at desc, place
