-- store: state
-- close_interrupted: imports that a crash cut off. in: :now  out: none
update collect_import set state = 'interrupted', finished_at = :now where state = 'running'
