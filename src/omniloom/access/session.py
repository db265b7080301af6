"""Signing in: a random 256-bit token in the browser, its hash in the store, nothing else to steal or guess.

A wrong address and a wrong password look and take the same. Tries are counted per account and client, so an attacker
is stopped without locking the owner out; a client that tries many accounts is stopped as well (SEC-L1…L5).
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from omniloom.access.password import is_match
from omniloom.access.user import User, folded_email, user_from
from omniloom.core.errors import Denied, Unavailable
from omniloom.core.ids import digest
from omniloom.store import StateTx, Stores, query

SESSION_LIFE = timedelta(days=7)
TRY_WINDOW = timedelta(minutes=1)
TRIES_PER_ACCOUNT_MAX = 5
TRIES_PER_CLIENT_MAX = 30


def sign_in(stores: Stores, *, email: str, password: str, client: str, now: datetime) -> str:
    """A new session's token for the right address and password.

    Shapes: ``client`` is the network address of whoever tries.
    Errors: Denied, the same for every wrong pair; Unavailable with ``retry_after_s`` after too many tries.
    Cost: one argon2id verification, also for unknown addresses.
    """
    account = folded_email(email)
    _count_try(stores, account, client, now)
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "user_by_email"), email=account)
    is_right = is_match(row["password_hash"] if row else None, password)
    if row is None or not is_right or not row["is_active"]:
        raise _wrong()
    token = secrets.token_hex(32)  # never from injected ids: a demo's ids can be repeated, a secret must not
    with stores.state.write() as tx:
        known = tx.one(query(__file__, "user_by_email"), email=account)
        if known is None or known["password_hash"] != row["password_hash"]:
            raise _wrong()  # changed while we hashed: its sessions were ended just now, this one must not outlive them
        tx.run(query(__file__, "forget_tries"), key=_account_key(account, client))
        tx.run(query(__file__, "end_expired_sessions"), now=now)
        tx.run(
            query(__file__, "add_session"), token_hash=token_hash(token), user_id=row["user_id"], created_at=now,
            expires_at=now + SESSION_LIFE,
        )  # fmt: skip
    return token


def _wrong() -> Denied:
    return Denied("the address or the password is wrong", hint="check both, and the keyboard's language")


def user_of(stores: Stores, session_token: str, now: datetime) -> User | None:
    """Whose session this is; None if it has ended, expired or never was."""
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "session_user"), token_hash=token_hash(session_token), now=now)
    return user_from(row) if row else None


def live_sessions(stores: Stores, session_tokens: list[str], now: datetime) -> set[str]:
    """Which of these sessions still hold: open pages ask once a second and close when theirs has ended."""
    by_hash = {token_hash(token): token for token in session_tokens}
    with stores.state.read() as tx:
        rows = tx.tuples(query(__file__, "live_sessions"), token_hashes=list(by_hash), now=now)
    return {by_hash[row[0]] for row in rows}


def sign_out(stores: Stores, session_token: str) -> None:
    """End one session; unknown ones are ignored."""
    with stores.state.write() as tx:
        tx.run(query(__file__, "end_session"), token_hash=token_hash(session_token))


def token_hash(token: str) -> str:
    """How a random token is stored. A fast hash is enough: 256 random bits cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def _count_try(stores: Stores, account: str, client: str, now: datetime) -> None:
    """Count this try first, so that parallel ones cannot slip through. A refused try is not counted."""
    keys = {_account_key(account, client): TRIES_PER_ACCOUNT_MAX, _client_key(client): TRIES_PER_CLIENT_MAX}
    with stores.state.write() as tx:
        tx.run(query(__file__, "forget_old_tries"), before=now - TRY_WINDOW)
        for key, tries_max in keys.items():
            _refuse_if_full(tx, key, tries_max, now)
        tx.many(query(__file__, "add_try"), [{"key": key, "at": now} for key in keys])


def _refuse_if_full(tx: StateTx, key: str, tries_max: int, now: datetime) -> None:
    seen = tx.one(query(__file__, "tries"), key=key, since=now - TRY_WINDOW) or {"n": 0}
    if seen["n"] >= tries_max:
        wait_s = int(TRY_WINDOW.total_seconds())
        raise Unavailable("too many tries", hint="wait a minute and try again", retry_after_s=wait_s)


def _account_key(account: str, client: str) -> str:
    return digest("account", account, client)


def _client_key(client: str) -> str:
    return digest("client", client)
