-- store: state
-- people_by_words: who has a word of each list; lists that are not needed are the first one again.
-- in: :first, :second, :third (lists of words, the rarest first), :rows_max   out: person_id
select distinct a.person_id
from profiles_name_word as a
where a.word in (:first)
    and exists (select 1 from profiles_name_word as b where b.word in (:second) and b.person_id = a.person_id)
    and exists (select 1 from profiles_name_word as c where c.word in (:third) and c.person_id = a.person_id)
limit :rows_max
