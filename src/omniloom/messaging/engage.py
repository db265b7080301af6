"""Opens and clicks: a token names the message (and the link); the answer leads to the stored target only.

Machines open and click too (scanners, prefetchers); their events carry ``is_machine`` so that nothing counts them as
people by mistake.
"""

from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import micros
from omniloom.core.event import MESSAGE_CLICKED, MESSAGE_OPENED, Event
from omniloom.messaging.report import event_about, user_ids
from omniloom.messaging.site import LINK, OPEN
from omniloom.messaging.token import verify
from omniloom.store import Row, StateTx, Stores, query

_MACHINES = (
    "bot", "crawler", "spider", "scanner", "preview", "proofpoint", "barracuda", "mimecast", "safelinks", "curl/",
    "python-", "wget", "headless",
)  # fmt: skip
_CLICK_BUCKET_US = 60_000_000  # a double click within a minute is one click


@dataclass(frozen=True, slots=True)
class Click:
    """Where a click leads, and the event that tells of it."""

    url: str
    event: Event


def is_machine(user_agent: str) -> bool:
    """Whether a request looks like a scanner's or a bot's rather than a person's."""
    name = user_agent.casefold()
    return not name or any(word in name for word in _MACHINES)


def clicked(stores: Stores, token: str, *, secret: bytes, now: datetime, by_machine: bool) -> Click | None:
    """The click of a token; None if it is not ours or its link is gone."""
    parts = verify(secret, LINK, token)
    if parts is None or len(parts) != 3:
        return None
    send_id, link_id, channel = parts[0].hex(), parts[1].hex(), parts[2].decode()
    with stores.state.read() as tx:
        attempt = tx.one(query(__file__, "attempt_of_send"), send_id=send_id, channel=channel)
        link = tx.one(query(__file__, "link"), link_id=link_id)
        if attempt is None or link is None or link["campaign_id"] != attempt["campaign_id"]:
            return None
        event = event_about(
            MESSAGE_CLICKED, attempt, user_id=_user_id(tx, attempt), occurred_at=now, url=link["url"],
            message_id=f"clicked:{send_id}:{link_id}:{_who(is_machine=by_machine)}:{micros(now) // _CLICK_BUCKET_US}",
            is_machine=by_machine,
        )  # fmt: skip
    return Click(link["url"], event)


def opened(stores: Stores, token: str, *, secret: bytes, now: datetime, by_machine: bool) -> Event | None:
    """The event of a loaded pixel, the same one however often it is loaded; None if the token is not ours."""
    parts = verify(secret, OPEN, token)
    if parts is None or len(parts) != 2:
        return None
    send_id, channel = parts[0].hex(), parts[1].decode()
    with stores.state.read() as tx:
        attempt = tx.one(query(__file__, "attempt_of_send"), send_id=send_id, channel=channel)
        if attempt is None:
            return None
        return event_about(
            MESSAGE_OPENED, attempt, user_id=_user_id(tx, attempt), occurred_at=now, is_machine=by_machine,
            message_id=f"opened:{send_id}:{channel}:{_who(is_machine=by_machine)}",
        )  # fmt: skip


def _who(*, is_machine: bool) -> str:
    """Part of the message id: a scanner's click must not swallow the person's."""
    return "machine" if is_machine else "person"


def _user_id(tx: StateTx, attempt: Row) -> str:
    return user_ids(tx, [attempt["person_id"]]).get(attempt["person_id"], "")
