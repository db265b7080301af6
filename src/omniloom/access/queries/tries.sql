-- store: state
-- tries: recent tries of one account and client, or of one client. in: :key, :since  out: n
select count(*) as n
from access_try
where key = :key and at > :since
