-- store: state
-- join_look: an erasure waits from here on. in: :erasure_id :look_round :look_from :look_to
update privacy_erasure
set look_round = :look_round, look_from = :look_from, look_to = :look_to
where erasure_id = :erasure_id and look_round is null
