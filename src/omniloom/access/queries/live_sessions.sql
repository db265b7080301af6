-- store: state
-- live_sessions: which sessions hold. in: :token_hashes, :now  out: token_hash
select s.token_hash
from access_session as s inner join access_user as u on u.user_id = s.user_id
where s.token_hash in (:token_hashes) and s.expires_at > :now and u.is_active = 1
