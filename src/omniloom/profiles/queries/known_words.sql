-- store: state
-- known_words: which words are kept under which of these keys, and so have their pieces. in: :keys   out: piece, word
select piece, word from profiles_name_piece where piece in (:keys)
