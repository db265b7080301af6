-- store: state
-- close_abandoned: marks imports that are cut off. in: :import_ids, :now   out: none
update collect_import set state = 'interrupted', finished_at = :now
where state = 'running' and import_id in (:import_ids)
