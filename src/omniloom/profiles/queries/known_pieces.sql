-- store: state
-- known_pieces: which words have their pieces already. in: :words   out: word
select distinct word from profiles_name_piece where word in (:words)
