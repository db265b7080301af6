"""Who may come in and what they may do: users, roles, sessions, one-time and bearer tokens.

Tables: access_user, access_session, access_try, access_token.
Invariants: a password is only ever an argon2id hash, a token only its SHA-256; a changed password, role or state ends
the user's sessions in the same transaction; there is always an active owner once there was one.
"""

from omniloom.access.first_run import SETUP_FILE, create_owner, is_fresh, setup_token
from omniloom.access.holdings import HOLDINGS
from omniloom.access.permission import PUBLIC, ROLES, Permission, Public, Role
from omniloom.access.secret_file import kept_secret
from omniloom.access.session import SESSION_LIFE, live_sessions, sign_in, sign_out, user_of
from omniloom.access.token import ApiToken, create_token, local_token, principal_of, revoke_token, tokens
from omniloom.access.user import (
    THEMES,
    User,
    activate,
    add_user,
    deactivate,
    may,
    set_language,
    set_password,
    set_role,
    set_theme,
    users,
)

__all__ = [
    "HOLDINGS", "PUBLIC", "ROLES", "SESSION_LIFE", "SETUP_FILE", "THEMES", "ApiToken", "Permission", "Public",
    "Role", "User", "activate", "add_user", "create_owner", "create_token", "deactivate", "is_fresh", "kept_secret",
    "live_sessions", "local_token", "may", "principal_of", "revoke_token", "set_language", "set_password",
    "set_role", "set_theme", "setup_token", "sign_in", "sign_out", "tokens", "user_of", "users",
]  # fmt: skip
