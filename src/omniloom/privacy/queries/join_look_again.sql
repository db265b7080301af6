-- store: state
-- join_look_again: the look begins anew before some who wait saw all that is behind them; they wait for the new round.
-- in: :look_round (that ends), :reached (the last letter of it), :next_round
update privacy_erasure
set look_round = :next_round, look_from = 0
where state = 'begun' and look_round = :look_round and look_to > :reached
