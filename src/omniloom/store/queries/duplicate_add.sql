-- store: state
-- duplicate_add: notes a message whose id was taken. in: :position, :is_conflict   out: nothing
insert into store_duplicate (position, is_conflict) values (:position, :is_conflict)
