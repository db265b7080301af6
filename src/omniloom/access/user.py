"""People who work in the installation. A changed password, role or state ends every session of that user at once."""

from dataclasses import dataclass
from datetime import datetime

import email_validator

from omniloom.access.password import checked_password, hashed
from omniloom.access.permission import ROLES, Permission, Role
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.i18n import LANGUAGES
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.store import Row, StateTx, Stores, query

THEMES = ("auto", "light", "dark")
NAME_CHARS_MAX = 120


@dataclass(frozen=True, slots=True)
class User:
    """Someone (or, for an API token, something) that acts here."""

    user_id: str
    email: str
    name: str
    role: Role
    language: str
    theme: str
    is_active: bool


def may(who: User | Role | str, permission: Permission) -> bool:
    """Whether a user or a role has a permission; an inactive user has none."""
    if isinstance(who, User):
        return who.is_active and permission in ROLES[who.role]
    return permission in ROLES[Role(who)]


def users(stores: Stores) -> list[User]:
    """Everyone, active first, by name."""
    with stores.state.read() as tx:
        return [user_from(row) for row in tx.rows(query(__file__, "users"))]


def add_user(  # noqa: PLR0913 - the fields of an account
    stores: Stores, *, email: str, name: str, password: str, role: Role | str, language: str, now: datetime, ids: Ids
) -> User:
    """Let someone in. Errors: Invalid names the field; Conflict if the address is taken."""
    with stores.state.write() as tx:
        return insert(tx, email=email, name=name, password=password, role=role, language=language, now=now, ids=ids)


def insert(  # noqa: PLR0913 - the fields of an account
    tx: StateTx, *, email: str, name: str, password: str, role: Role | str, language: str, now: datetime, ids: Ids
) -> User:
    """As :func:`add_user`, inside the caller's transaction."""
    user = User(
        user_id=ids.token(), email=checked_email(email), name=checked_name(name), role=checked_role(role),
        language=checked_language(language), theme="auto", is_active=True,
    )  # fmt: skip
    if tx.one(query(__file__, "user_by_email"), email=user.email):
        raise Conflict(f"{user.email} already has an account", hint="use another address", field="email")
    secret = hashed(checked_password(password, user.email))
    tx.run(
        query(__file__, "add_user"), user_id=user.user_id, email=user.email, name=user.name, password_hash=secret,
        role=user.role.value, language=user.language, theme=user.theme, created_at=now,
    )  # fmt: skip
    return user


def set_password(stores: Stores, user_id: str, password: str) -> None:
    """Replace a password and end all sessions of the user. Errors: Missing; Invalid if it is too weak."""
    with stores.state.write() as tx:
        user = _user(tx, user_id)
        secret = hashed(checked_password(password, user.email))
        tx.run(query(__file__, "set_password"), user_id=user_id, password_hash=secret)
        tx.run(query(__file__, "end_sessions"), user_id=user_id)


def set_role(stores: Stores, user_id: str, role: Role | str) -> None:
    """Change a role and end all sessions of the user. Errors: Missing; Conflict if nobody could administer then."""
    with stores.state.write() as tx:
        user, role = _user(tx, user_id), checked_role(role)
        if role is not Role.OWNER:
            _keep_an_owner(tx, user)
        tx.run(query(__file__, "set_role"), user_id=user_id, role=role.value)
        tx.run(query(__file__, "end_sessions"), user_id=user_id)


def deactivate(stores: Stores, user_id: str) -> None:
    """Shut someone out, keeping the history. Errors: Missing; Conflict if it is the last owner."""
    with stores.state.write() as tx:
        _keep_an_owner(tx, _user(tx, user_id))
        tx.run(query(__file__, "set_active"), user_id=user_id, is_active=0)
        tx.run(query(__file__, "end_sessions"), user_id=user_id)


def activate(stores: Stores, user_id: str) -> None:
    """Let someone in again, with the password they had. Errors: Missing."""
    with stores.state.write() as tx:
        _user(tx, user_id)
        tx.run(query(__file__, "set_active"), user_id=user_id, is_active=1)


def set_language(stores: Stores, user_id: str, language: str) -> None:
    """Remember the language a user reads. Errors: Missing; Invalid."""
    with stores.state.write() as tx:
        _user(tx, user_id)
        tx.run(query(__file__, "set_language"), user_id=user_id, language=checked_language(language))


def set_theme(stores: Stores, user_id: str, theme: str) -> None:
    """Remember light, dark or auto. Errors: Missing; Invalid."""
    if theme not in THEMES:
        raise Invalid(f"unknown theme {theme!r}", hint=f"one of {', '.join(THEMES)}", field="theme")
    with stores.state.write() as tx:
        _user(tx, user_id)
        tx.run(query(__file__, "set_theme"), user_id=user_id, theme=theme)


def user_from(row: Row) -> User:
    """The user of a row that holds the user's columns."""
    return User(
        user_id=row["user_id"], email=row["email"], name=row["name"], role=Role(row["role"]),
        language=row["language"], theme=row["theme"], is_active=bool(row["is_active"]),
    )  # fmt: skip


def folded_email(email: str) -> str:
    """The address as accounts are compared; no validation, so that a wrong one is merely unknown."""
    return email.strip().casefold()


def checked_email(email: str) -> str:
    """The address as stored. Errors: Invalid."""
    try:
        found = email_validator.validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except email_validator.EmailNotValidError as error:
        raise Invalid(
            f"not an e-mail address: {error}", hint="write it like name@example.com", field="email"
        ) from error
    return folded_email(found.normalized)


def checked_name(name: str) -> str:
    """The name as stored. Errors: Invalid."""
    name = clean(name, field="name").strip()
    if not 0 < len(name) <= NAME_CHARS_MAX:
        raise Invalid("a name is needed", hint=f"1 to {NAME_CHARS_MAX} characters", field="name")
    return name


def checked_role(role: Role | str) -> Role:
    """The role. Errors: Invalid."""
    if role not in list(Role):
        raise Invalid(f"unknown role {role!r}", hint=f"one of {', '.join(Role)}", field="role")
    return Role(role)


def checked_language(language: str) -> str:
    """The language. Errors: Invalid."""
    if language not in LANGUAGES:
        raise Invalid(f"unknown language {language!r}", hint=f"one of {', '.join(LANGUAGES)}", field="language")
    return language


def _user(tx: StateTx, user_id: str) -> User:
    row = tx.one(query(__file__, "user"), user_id=user_id)
    if row is None:
        raise Missing(f"no user {user_id}", hint="choose one from Settings", field="user_id")
    return user_from(row)


def _keep_an_owner(tx: StateTx, user: User) -> None:
    owners = tx.one(query(__file__, "active_owners")) or {"n": 0}
    if user.role is Role.OWNER and user.is_active and owners["n"] <= 1:
        raise Conflict(f"{user.name} is the last owner", hint="make someone else an owner first")
