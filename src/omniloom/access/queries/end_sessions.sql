-- store: state
-- end_sessions: end every session of a user. in: :user_id
delete from access_session
where user_id = :user_id
