-- store: state
-- user_by_email: the account of an address. in: :email  out: user columns
select user_id, email, name, password_hash, role, language, theme, is_active
from access_user
where email = :email
