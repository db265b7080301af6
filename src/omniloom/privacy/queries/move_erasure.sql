-- store: state
-- move_erasure: an erasure came further. in: :erasure_id :state :finished_at
update privacy_erasure set state = :state, finished_at = :finished_at where erasure_id = :erasure_id
