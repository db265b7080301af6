-- store: state
-- set_password: change one column of a user. in: :user_id, :password_hash
update access_user
set password_hash = :password_hash
where user_id = :user_id
