-- store: state
-- end_session: end one session. in: :token_hash
delete from access_session
where token_hash = :token_hash
