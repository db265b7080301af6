-- store: state
-- any_user: whether there is a user at all. in: –  out: user_id of one
select user_id
from access_user
limit 1
