-- store: state
-- add_name_piece: a word has a piece. in: :piece, :word
insert into profiles_name_piece (piece, word) values (:piece, :word) on conflict (piece, word) do nothing
