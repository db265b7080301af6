-- store: state
-- known_words: which words are kept under these keys, and so have their pieces. in: :keys   out: word
select distinct word from profiles_name_piece where piece in (:keys)
