-- store: state
-- set_active: change one column of a user. in: :user_id, :is_active
update access_user
set is_active = :is_active
where user_id = :user_id
