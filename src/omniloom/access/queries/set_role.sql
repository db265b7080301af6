-- store: state
-- set_role: change one column of a user. in: :user_id, :role
update access_user
set role = :role
where user_id = :user_id
