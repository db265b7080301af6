-- store: state
-- forget_tries: a right password clears the account's count for that client. in: :key
delete from access_try
where key = :key
