-- store: state
-- set_language: change one column of a user. in: :user_id, :language
update access_user
set language = :language
where user_id = :user_id
