-- store: state
-- add_token: a new API token. in: all columns
insert into access_token (token_hash, name, role, created_at)
values (:token_hash, :name, :role, :created_at)
