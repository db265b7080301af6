-- store: state
-- duplicates_between: messages whose id was taken. in: :first, :last (positions)   out: position, is_conflict
-- order: position
select position, is_conflict from store_duplicate where position >= :first and position <= :last order by position
