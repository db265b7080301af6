"""Bearer tokens for programs: named API tokens with a role, and the local token of the command line."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from omniloom.access.permission import Role
from omniloom.access.secret_file import read_or_create
from omniloom.access.session import token_hash
from omniloom.access.user import User, checked_name, checked_role
from omniloom.core.clock import instant
from omniloom.core.errors import Conflict
from omniloom.store import Stores, query

LOCAL_FILE = "local.token"
PREFIX = "omni_"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as it is listed: its text is shown once, when created."""

    name: str
    role: Role
    created_at: datetime


def create_token(stores: Stores, *, name: str, role: Role | str, now: datetime) -> str:
    """A new token's text, shown once. Errors: Invalid names the field; Conflict if the name is taken."""
    name, role = checked_name(name), checked_role(role)
    text = PREFIX + secrets.token_hex(32)
    with stores.state.write() as tx:
        if any(row["name"] == name for row in tx.rows(query(__file__, "tokens"))):
            raise Conflict(f"a token named {name!r} exists", hint="choose another name", field="name")
        tx.run(query(__file__, "add_token"), token_hash=token_hash(text), name=name, role=role.value, created_at=now)
    return text


def tokens(stores: Stores) -> list[ApiToken]:
    """The tokens that work, newest first."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "tokens"))
    return [ApiToken(row["name"], Role(row["role"]), instant(row["created_at"])) for row in rows]


def revoke_token(stores: Stores, name: str) -> None:
    """End a token at once; an unknown name is ignored."""
    with stores.state.write() as tx:
        tx.run(query(__file__, "revoke_token"), name=name)


def local_token(data_dir: Path) -> str:
    """The token in ``local.token`` (0600): whoever may read the data may command the server."""
    return read_or_create(data_dir / LOCAL_FILE)


def principal_of(stores: Stores, bearer: str, now: datetime) -> User | None:  # noqa: ARG001 - tokens may get an end
    """Who acts with a bearer token; None if it is not ours."""
    if secrets.compare_digest(bearer.encode(), local_token(stores.data_dir).encode()):
        return _program("local", "command line", Role.OWNER)
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "token"), token_hash=token_hash(bearer))
    return _program(f"token:{row['name']}", row["name"], Role(row["role"])) if row else None


def _program(user_id: str, name: str, role: Role) -> User:
    return User(user_id=user_id, email="", name=name, role=role, language="en", theme="auto", is_active=True)
