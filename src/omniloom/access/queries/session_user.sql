-- store: state
-- session_user: whose session this is, if it holds. in: :token_hash, :now  out: user columns
select u.user_id, u.email, u.name, u.role, u.language, u.theme, u.is_active
from access_session as s inner join access_user as u on u.user_id = s.user_id
where s.token_hash = :token_hash and s.expires_at > :now and u.is_active = 1
