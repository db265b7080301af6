-- store: state
-- revoke_token: end a token. in: :name
delete from access_token
where name = :name
