-- store: state
-- token: the token of a hash. in: :token_hash  out: name, role
select name, role
from access_token
where token_hash = :token_hash
