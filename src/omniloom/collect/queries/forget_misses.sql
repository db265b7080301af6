-- store: state
-- forget_misses: begin to count misses anew, because the plan changed. in: :source_ids  out: none
delete from collect_arrival_miss where source_id in (:source_ids)
