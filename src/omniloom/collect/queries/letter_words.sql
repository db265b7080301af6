-- store: state
-- letter_words: names and fields to filter by. in: :rows_max  out: name, field, letters  order: most letters first
select name, field, count(*) as letters from collect_dead_letter
group by name, field order by letters desc, name, field limit :rows_max
