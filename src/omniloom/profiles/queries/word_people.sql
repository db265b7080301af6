-- store: state
-- word_people: how many people have one of these words, counted no further than needed.
-- in: :words, :rows_max   out: people
select count(*) as people
from (select 1 as one from profiles_name_word where word in (:words) limit :rows_max) as counted
