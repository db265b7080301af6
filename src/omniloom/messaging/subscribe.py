"""What a recipient decides on the public pages: leaving a channel, choosing channels.

The effect is in force when the answer is sent: suppression and withdrawal in one state transaction, which the next
intent's transaction sees. The event for the log lies in the same transaction's outbox, so it works when the worker, or
even the log, is down. Source: RFC 8058, 38-FZ art. 18; spec/reliability.md §2.8.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import micros
from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED
from omniloom.messaging.channel import known_channels
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.policy.suppression import UNSUBSCRIBED as LEFT
from omniloom.messaging.record import suppress
from omniloom.messaging.report import SOURCE_ID, event_about, put_in_outbox, user_ids
from omniloom.messaging.site import PREFERENCES, UNSUBSCRIBE
from omniloom.messaging.token import verify
from omniloom.profiles import Contact, contacts, withdraw
from omniloom.store import Row, StateTx, Stores, query


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """One channel on the preference page; the address is masked, for the link may have been passed on."""

    channel: str
    title: str
    address: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the holder of a link may see and change."""

    language: str
    channel: str
    choices: list[ChannelChoice]


def preferences(stores: Stores, token: str, *, secret: bytes) -> Preferences | None:
    """The choices of the person a message with this token went to; None for a token that is not ours."""
    with stores.state.read() as tx:
        attempt = _attempt(tx, token, secret)
        return None if attempt is None else _preferences(tx, attempt)


def unsubscribe(stores: Stores, token: str, *, secret: bytes, now: datetime, method: str) -> Preferences | None:
    """End marketing in the channel of the token's message, now; None for a token that is not ours. Repeatable."""
    with stores.state.write() as tx:
        attempt = _attempt(tx, token, secret)
        if attempt is None:
            return None
        _leave(tx, attempt, method=method, now=now)
        return _preferences(tx, attempt)


def choose_channels(
    stores: Stores, token: str, wanted: Collection[str], *, secret: bytes, now: datetime
) -> Preferences | None:
    """Leave the channels that are on and not wanted; ask for those that are off and wanted.

    Leaving is in force at once. Joining writes a consent event: it counts when the log was read, and clears an earlier
    unsubscription of the address (never a bounce or complaint).
    """
    with stores.state.write() as tx:
        attempt = _attempt(tx, token, secret)
        if attempt is None:
            return None
        shown = _preferences(tx, attempt)
        contact = _contact(tx, attempt)
        for choice in shown.choices:
            own = {**attempt, "channel": choice.channel, "address": contact.addresses[choice.channel]}
            if choice.is_on and choice.channel not in wanted:
                _leave(tx, own, method="preference page", now=now)
            elif not choice.is_on and choice.channel in wanted:
                _join(tx, own, now=now)
        choices = [ChannelChoice(c.channel, c.title, c.address, is_on=c.channel in wanted) for c in shown.choices]
        return Preferences(shown.language, shown.channel, choices)


def _attempt(tx: StateTx, token: str, secret: bytes) -> Row | None:
    parts = verify(secret, UNSUBSCRIBE, token) or verify(secret, PREFERENCES, token)
    if parts is None or len(parts) != 2:
        return None
    return tx.one(query(__file__, "attempt_of_send"), send_id=parts[0].hex(), channel=parts[1].decode())


def _contact(tx: StateTx, attempt: Row) -> Contact:
    known = contacts(tx, [attempt["person_id"]]).get(attempt["person_id"])
    addresses = {attempt["channel"]: attempt["address"]} | (known.addresses if known else {})
    if known is None:
        return Contact(attempt["person_id"], addresses, {}, "", "", "")
    return Contact(known.person_id, addresses, known.consents, known.timezone, known.language, known.name)


def _preferences(tx: StateTx, attempt: Row) -> Preferences:
    contact = _contact(tx, attempt)
    closed = {
        (row["channel"], row["address"])
        for row in tx.rows(query(__file__, "suppressions"), addresses=list(contact.addresses.values()))
    }
    choices = [
        ChannelChoice(key, known_channels()[key].title, _masked(address), _is_on(contact, key, address, closed))
        for key, address in sorted(contact.addresses.items())
        if key in known_channels()
    ]
    return Preferences(contact.language, attempt["channel"], choices)


def _is_on(contact: Contact, channel: str, address: str, closed: Collection[tuple[str, str]]) -> bool:
    given = contact.consents.get((channel, MARKETING), contact.consents.get(("*", MARKETING), False))
    return given and (channel, address) not in closed


def _leave(tx: StateTx, attempt: Row, *, method: str, now: datetime) -> None:
    """Close the address and withdraw the consent; the newest address of the channel is closed as well."""
    contact = _contact(tx, attempt)
    addresses = {attempt["address"], contact.addresses.get(attempt["channel"], attempt["address"])}
    known = tx.rows(query(__file__, "suppressions"), addresses=list(addresses))
    closed = {row["address"] for row in known if row["channel"] == attempt["channel"]}
    if addresses <= closed and contact.consents.get((attempt["channel"], MARKETING)) is False:
        return
    for address in addresses:
        suppress(tx, channel=attempt["channel"], address=address, reason=LEFT, evidence=method, now=now)
    message_id = f"left:{attempt['send_id']}:{attempt['channel']}:{micros(now)}"
    withdraw(tx, person_id=attempt["person_id"], channel=attempt["channel"], purpose=MARKETING, message_id=message_id,
             method=method, occurred_at=now, now=now, source_id=SOURCE_ID)  # fmt: skip
    _tell(tx, UNSUBSCRIBED, attempt, message_id=message_id, now=now, method=method)


def _join(tx: StateTx, attempt: Row, *, now: datetime) -> None:
    tx.run(query(__file__, "unsuppress"), channel=attempt["channel"], address=attempt["address"], reason=LEFT)
    message_id = f"joined:{attempt['send_id']}:{attempt['channel']}:{micros(now)}"
    _tell(tx, CONSENT_GIVEN, attempt, message_id=message_id, now=now, method="preference page",
          wording="Chosen on the preference page")  # fmt: skip


def complain(tx: StateTx, attempt: Row, *, now: datetime) -> None:
    """A complaint of the recipient closes the address and withdraws the consent."""
    suppress(tx, channel=attempt["channel"], address=attempt["address"], reason="complained", evidence="provider",
             now=now)  # fmt: skip
    message_id = f"complained:{attempt['send_id']}:{attempt['channel']}"
    withdraw(tx, person_id=attempt["person_id"], channel=attempt["channel"], purpose=MARKETING, message_id=message_id,
             method="complaint", occurred_at=now, now=now, source_id=SOURCE_ID)  # fmt: skip
    _tell(tx, CONSENT_WITHDRAWN, attempt, message_id=message_id, now=now, method="complaint")


def _tell(tx: StateTx, name: str, attempt: Row, *, message_id: str, now: datetime, **facts: str) -> None:
    user_id = user_ids(tx, [attempt["person_id"]]).get(attempt["person_id"], "")
    put_in_outbox(tx, [event_about(
        name, attempt, message_id=message_id, user_id=user_id, occurred_at=now, purpose=MARKETING,
        address=attempt["address"], **facts,
    )])  # fmt: skip


def _masked(address: str) -> str:
    """The address so that its owner knows it: ``a***@example.test``, ``+7***67``."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at else f"{address[:2]}***{address[-2:]}"
