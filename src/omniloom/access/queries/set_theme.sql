-- store: state
-- set_theme: change one column of a user. in: :user_id, :theme
update access_user
set theme = :theme
where user_id = :user_id
