-- store: state
-- words_beginning: known words that begin so. in: :prefix, :prefix_end, :rows_max   out: word
-- order: the shortest first
select word from (
    select distinct word from profiles_name_word where word >= :prefix and word < :prefix_end limit :rows_max
) as known
order by length(word), word
