-- store: state
create table access_user (
    user_id text primary key,
    email text not null unique,
    name text not null,
    password_hash text not null,
    role text not null,
    language text not null,
    theme text not null,
    is_active bigint not null,
    created_at bigint not null
);
create table access_session (
    token_hash text primary key,
    user_id text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index access_session_user on access_session (user_id);
create table access_try (
    key text not null,
    at bigint not null
);
create index access_try_key on access_try (key, at);
create table access_token (
    token_hash text primary key,
    name text not null unique,
    role text not null,
    created_at bigint not null
);
