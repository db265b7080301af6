"""Leases with fences: of several workers one works, and one that slept past its lease changes nothing any more.

A lease runs out by the store's own clock, so workers' clocks do not matter. Its fence grows with every taking; each
writing transaction of a holder reads it first, and the transaction is refused if the lease has run out or changed
hands. See docs/decisions/0012.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from omniloom.core.errors import Conflict
from omniloom.store.ports import Events, EventsTx, State, StateTx
from omniloom.store.sql import query

if TYPE_CHECKING:
    from omniloom.store.stores import Stores

LEASE_LASTING = timedelta(seconds=15)  # spec: another worker takes over within 30 s

_TAKE = query(__file__, "lease_take")
_OF = query(__file__, "lease_of")
_RENEW = query(__file__, "lease_renew")
_RELEASE = query(__file__, "lease_release")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work under a name until it runs out."""

    name: str
    holder: str
    fence: int


def take_lease(state: State, name: str, *, holder: str, lasting: timedelta = LEASE_LASTING) -> Lease | None:
    """A lease that nobody holds by now, or None. ``holder`` says who, to people."""
    with state.write() as tx:
        now = tx.clock()
        if not tx.run(_TAKE, name=name, holder=holder, now=now, expires_at=now + _length(lasting)):
            return None
        row = tx.one(_OF, name=name)
    return Lease(name, holder, int(row["fence"])) if row else None


def renew_lease(state: State, lease: Lease, *, lasting: timedelta = LEASE_LASTING) -> bool:
    """Whether the lease was still held, and now lasts longer. To be called every third of its length."""
    with state.write() as tx:
        now = tx.clock()
        return tx.run(_RENEW, name=lease.name, fence=lease.fence, now=now, expires_at=now + _length(lasting)) == 1


def release_lease(state: State, lease: Lease) -> None:
    """Give the lease back, if it is still held."""
    with state.write() as tx:
        tx.run(_RELEASE, name=lease.name, fence=lease.fence)


def lease_holder(state: State, name: str) -> str | None:
    """Who holds a lease by now."""
    with state.read() as tx:
        row = tx.one(_OF, name=name)
        return str(row["holder"]) if row and row["expires_at"] > tx.clock() else None


def lease_fence(tx: StateTx, name: str) -> int | None:
    """The fence of a lease that is held by now."""
    row = tx.one(_OF, name=name)
    return int(row["fence"]) if row and row["expires_at"] > tx.clock() else None


def check(tx: StateTx, lease: Lease) -> None:
    """Errors: Conflict if the lease has run out or another holds it."""
    row = tx.one(_OF, name=lease.name)
    if row is None or row["fence"] != lease.fence or row["expires_at"] <= tx.clock():
        raise Conflict(
            f"the lease {lease.name!r} of {lease.holder} has run out", hint="another worker goes on", name=lease.name
        )


def fenced(stores: "Stores", lease: Lease) -> "Stores":
    """The same stores for the lease's holder: no transaction of theirs is committed without the lease."""
    state = FencedState(stores.state, lease)
    return replace(stores, state=state, events=FencedEvents(stores.events, state))


class FencedState:
    """The state store of a lease's holder."""

    def __init__(self, state: State, lease: Lease) -> None:
        self.dialect = state.dialect
        self._state = state
        self._lease = lease

    def read(self) -> AbstractContextManager[StateTx]:
        """As ever: reading harms nobody."""
        return self._state.read()

    @contextmanager
    def write(self) -> Iterator[StateTx]:
        """As ever, refused without the lease; nobody can take it before this ends, since writers come one by one."""
        with self._state.write() as tx:
            check(tx, self._lease)
            yield tx

    def rewrite(self) -> bool:
        """As ever: it changes no row."""
        return self._state.rewrite()


class FencedEvents:
    """The event store of a lease's holder."""

    def __init__(self, events: Events, state: FencedState) -> None:
        self.dialect = events.dialect
        self._events = events
        self._state = state

    def read(self) -> AbstractContextManager[EventsTx]:
        """As ever."""
        return self._events.read()

    @contextmanager
    def write(self) -> Iterator[EventsTx]:
        """As ever; the lease is checked, and kept from changing hands, while the transaction is committed."""
        with ExitStack() as committed, self._events.write() as tx:
            yield tx
            committed.enter_context(self._state.write())

    def fold(self) -> bool:
        """As the store does it."""
        return self._events.fold()

    def rewrite(self) -> bool:
        """As ever: it changes no row."""
        return self._events.rewrite()


def _length(lasting: timedelta) -> int:
    return int(lasting.total_seconds() * 1_000_000)
