"""The first run: whoever can read the server's files proves it with a one-time token and becomes the owner."""

import secrets
from datetime import datetime

from omniloom.access.permission import Role
from omniloom.access.secret_file import read_or_create
from omniloom.access.user import User, insert
from omniloom.core.errors import Conflict, Denied
from omniloom.core.ids import Ids
from omniloom.store import StateTx, Stores, query

SETUP_FILE = "setup.token"


def is_fresh(stores: Stores) -> bool:
    """Whether nobody has an account yet."""
    with stores.state.read() as tx:
        return _is_fresh(tx)


def setup_token(stores: Stores) -> str:
    """The one-time token for creating the owner, kept in ``setup.token`` (0600) until used.

    Errors: Conflict once there is a user.
    """
    if not is_fresh(stores):
        raise Conflict("the owner exists already", hint="sign in, or ask the owner for an account")
    return read_or_create(stores.data_dir / SETUP_FILE)


def create_owner(  # noqa: PLR0913 - the fields of an account
    stores: Stores, *, token: str, email: str, name: str, password: str, language: str, now: datetime, ids: Ids
) -> User:
    """Create the first user, who owns the installation, and use up the token.

    Errors: Denied for a wrong token; Conflict if there is a user; Invalid names the field.
    """
    if not secrets.compare_digest(token.strip().encode(), setup_token(stores).encode()):
        raise Denied("the setup token is wrong", hint="copy it from the server's output or setup.token", field="token")
    with stores.state.write() as tx:
        if not _is_fresh(tx):
            raise Conflict("the owner exists already", hint="sign in")
        user = insert(
            tx, email=email, name=name, password=password, role=Role.OWNER, language=language, now=now, ids=ids
        )
    (stores.data_dir / SETUP_FILE).unlink(missing_ok=True)
    return user


def _is_fresh(tx: StateTx) -> bool:
    return tx.one(query(__file__, "any_user")) is None
