-- store: state
-- user: one user. in: :user_id  out: user columns
select user_id, email, name, password_hash, role, language, theme, is_active
from access_user
where user_id = :user_id
