-- store: state
-- drop_letters_over: of each source keep so many, open and new ones first. in: :source_ids, :letters_max  out: none
delete from collect_dead_letter where letter_id in (
    select letter_id from (
        select
            letter_id,
            row_number() over (
                partition by source_id order by case when status = 'open' then 0 else 1 end, letter_id desc
            ) as place
        from collect_dead_letter where source_id in (:source_ids)
    ) as placed
    where place > :letters_max
)
