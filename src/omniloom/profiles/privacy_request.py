"""What people ask about their own data: a full copy, or to be erased. Asked here, carried out elsewhere and settled."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from omniloom.core.clock import instant
from omniloom.core.errors import Missing
from omniloom.core.ids import Ids
from omniloom.store import StateTx, Stores, query

_ADD = query(__file__, "add_privacy_request")
_OPEN_OF = query(__file__, "privacy_requests_of")
_ALL = query(__file__, "privacy_requests")
_SETTLE = query(__file__, "settle_privacy_request")


class PrivacyKind(StrEnum):
    """What is asked."""

    ERASURE = "erasure"
    EXPORT = "export"


class PrivacyState(StrEnum):
    """Where a request is; the last three are final."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """One request. ``person_id`` is whom it came for; who that is by now, identity says."""

    request_id: str
    person_id: int
    kind: PrivacyKind
    state: PrivacyState
    method: str
    ip: str
    user_agent: str
    requested_at: datetime
    settled_at: datetime | None
    settled_by: str


def ask_privacy(  # noqa: PLR0913 - one request
    tx: StateTx, person_id: int, kind: PrivacyKind, *, method: str, ip: str, user_agent: str, now: datetime, ids: Ids
) -> PrivacyRequest:
    """Keep a request; one of theirs that is open already is the same request. One of somebody they are one with by now
    is not: it goes with whom it came for, if they are parted.
    """
    for known in _requests(tx, person_id):
        if known.kind is kind and known.state is PrivacyState.OPEN and known.person_id == person_id:
            return known
    made = PrivacyRequest(ids.token(), person_id, kind, PrivacyState.OPEN, method, ip, user_agent, now, None, "")
    tx.run(_ADD, request_id=made.request_id, person_id=person_id, kind=kind, state=made.state, method=method, ip=ip,
           user_agent=user_agent, requested_at=now)  # fmt: skip
    return made


def privacy_requests(
    stores: Stores, *, kind: PrivacyKind | None = None, state: PrivacyState | None = PrivacyState.OPEN,
    rows_max: int = 500,
) -> list[PrivacyRequest]:  # fmt: skip
    """Requests of one kind or all, in one state or all, the oldest first."""
    with stores.state.read() as tx:
        rows = tx.rows(_ALL, kind=kind or "", state=state or "", rows_max=rows_max)
    return [_request(row) for row in rows]


def privacy_requests_of(stores: Stores, person_id: int) -> list[PrivacyRequest]:
    """Requests of a person and of everyone merged into it, newest first."""
    with stores.state.read() as tx:
        return _requests(tx, person_id)


def open_privacy_requests(tx: StateTx, person_id: int) -> list[PrivacyRequest]:
    """What a person asked that is not settled."""
    return [one for one in _requests(tx, person_id) if one.state is PrivacyState.OPEN]


def settle_privacy(tx: StateTx, request_id: str, state: PrivacyState, *, by: str, now: datetime) -> None:
    """Say how a request ended. Errors: Missing if it is not open."""
    if not tx.run(_SETTLE, request_id=request_id, state=state, settled_by=by, now=now):
        raise Missing(f"there is no open request {request_id}", field="request_id")


def _requests(tx: StateTx, person_id: int) -> list[PrivacyRequest]:
    return [_request(row) for row in tx.rows(_OPEN_OF, person_id=person_id)]


def _request(row: dict[str, object]) -> PrivacyRequest:
    made = {**row, "kind": PrivacyKind(str(row["kind"])), "state": PrivacyState(str(row["state"]))}
    made["requested_at"] = instant(int(str(row["requested_at"])))
    settled = int(str(row["settled_at"]))
    return PrivacyRequest(**{**made, "settled_at": instant(settled) if settled else None})  # type: ignore[arg-type]  # a row
