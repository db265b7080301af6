-- store: state
-- tokens: the API tokens. in: –  out: name, role, created_at  order: newest first
select name, role, created_at
from access_token
order by created_at desc, name
