-- store: state
-- forget_old_tries: tries older than the window. in: :before
delete from access_try
where at <= :before
