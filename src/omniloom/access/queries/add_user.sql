-- store: state
-- add_user: a new user. in: all columns
insert into access_user (user_id, email, name, password_hash, role, language, theme, is_active, created_at)
values (:user_id, :email, :name, :password_hash, :role, :language, :theme, 1, :created_at)
