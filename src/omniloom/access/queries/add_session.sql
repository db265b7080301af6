-- store: state
-- add_session: a new session. in: all columns
insert into access_session (token_hash, user_id, created_at, expires_at)
values (:token_hash, :user_id, :created_at, :expires_at)
