-- store: state
-- end_expired_sessions: forget sessions whose time is over. in: :now
delete from access_session
where expires_at <= :now
