-- store: state
-- users: everyone. in: –  out: user columns  order: active first, then name
select user_id, email, name, password_hash, role, language, theme, is_active
from access_user
order by is_active desc, name, user_id
