-- store: state
-- words_alike: known words that share pieces with one. in: :pieces, :shared_min, :length_min, :length_max, :rows_max
-- out: word   order: by how many pieces they share
select word
from profiles_name_piece
where piece in (:pieces) and length(word) >= :length_min and length(word) <= :length_max
group by word
having count(*) >= :shared_min
order by count(*) desc, word
limit :rows_max
