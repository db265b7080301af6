-- store: state
-- active_owners: how many could administer. in: –  out: n
select count(*) as n
from access_user
where role = 'owner' and is_active = 1
