-- store: state
-- reach_next: where the next part of everybody ends. in: :after :rows_max   out: people, through (null: nobody is left)
select count(*) as people, max(root_id) as through
from (
    select root_id from identity_person
    where root_id > :after
    order by root_id
    limit :rows_max
) as next_ones
