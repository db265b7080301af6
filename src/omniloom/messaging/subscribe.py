"""What a recipient says on the public pages: leaving a channel, joining it again; and who may say it.

The effect is in force when the answer is sent: suppression and the ledger's line in one state transaction, which the
next intent's transaction sees. The event for the log lies in the same transaction's outbox, so it works when the
worker, or even the log, is down. A link speaks for whom its message was for while the address it went to is theirs;
once it is another's, or many people's, it only closes that address: whose consent would it be to withdraw? Whom the
message was for may be written to elsewhere, and whoever reads it now may not even be the address's owner.

Source: RFC 8058, 38-FZ art. 18; spec/reliability.md §2.8.
"""

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import micros
from omniloom.core.event import ADDRESS_CLOSED, CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED, Event, encode
from omniloom.messaging.address import is_anothers
from omniloom.messaging.channel import known_channels
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.policy.suppression import UNSUBSCRIBED as LEFT
from omniloom.messaging.record import suppress
from omniloom.messaging.report import SOURCE_ID, event_about, put_in_outbox, user_ids
from omniloom.messaging.site import CONFIRM, PREFERENCES, UNSUBSCRIBE
from omniloom.messaging.token import verify
from omniloom.profiles import ConsentEntry, Contact, contacts, take_word
from omniloom.store import Held, Row, StateTx, Stores, query


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where an answer came from: kept beside it as evidence."""

    ip: str = ""
    user_agent: str = ""


NOBODY = Visitor()
MASKED_CHARS_MIN = 6  # of what is not longer, two ends would show nearly all


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """One channel on the preference page; the address is masked, for the link may have been passed on."""

    channel: str
    title: str
    address: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """The channels of whoever holds a link, and the language to speak."""

    language: str
    channel: str
    choices: list[ChannelChoice]


def subscription(stores: Stores, token: str, *, secret: bytes) -> Subscription | None:
    """The channels of the person a message with this token went to; None for a token that is not ours."""
    with stores.state.read() as tx:
        attempt = attempt_to_leave(tx, token, secret)
        return None if attempt is None else subscription_of(tx, attempt)


def is_passed_on(stores: Stores, token: str, *, secret: bytes) -> bool:
    """Whether a link, of whatever purpose, is ours, but its address is another's by now: it says nothing but a no."""
    with stores.state.read() as tx:
        attempt = _attempt(tx, token, secret, UNSUBSCRIBE, PREFERENCES, CONFIRM)
        return attempt is not None and attempt["is_anothers"]


def unsubscribe(
    stores: Stores, token: str, *, secret: bytes, now: datetime, method: str, visitor: Visitor = NOBODY
) -> Subscription | None:
    """End marketing in the channel of the token's message, now; None for a token that is not ours. Repeatable.

    Of an address that is another's by now, that address alone is closed. While the stores are moved, the word goes to
    the log instead, and is in force before anything is sent again: then it is taken as the present owner's.
    """
    try:
        with stores.state.write() as tx:
            attempt = attempt_to_leave(tx, token, secret)
            if attempt is None:
                return None
            leave(tx, attempt, method=method, now=now, visitor=visitor)
            return subscription_of(tx, attempt)
    except Held:
        with stores.state.read() as tx:
            attempt = attempt_to_leave(tx, token, secret)
            if attempt is None:
                return None
            told = _told(tx, UNSUBSCRIBED, attempt, _word(attempt, "left", method=method, now=now, visitor=visitor))
            shown = subscription_of(tx, attempt)
        stores.log.append([encode(told)])
        left = [dataclasses.replace(c, is_on=c.is_on and c.channel != shown.channel) for c in shown.choices]
        return dataclasses.replace(shown, choices=left)


def attempt_of_token(tx: StateTx, token: str, secret: bytes) -> Row | None:
    """The message whose link was followed; None for a token that is not ours, or whose recipient was erased.

    None as well if its address is another's by now: whoever reads it may not speak for whom the message was for.
    """
    attempt = attempt_to_leave(tx, token, secret)
    return None if attempt is None or attempt["is_anothers"] else attempt


def attempt_to_leave(tx: StateTx, token: str, secret: bytes) -> Row | None:
    """As :func:`attempt_of_token`, also if the address is another's: leaving harms nobody."""
    return _attempt(tx, token, secret, UNSUBSCRIBE, PREFERENCES)


def _attempt(tx: StateTx, token: str, secret: bytes, *purposes: str) -> Row | None:
    parts = next(filter(None, (verify(secret, purpose, token) for purpose in purposes)), None)
    if parts is None or len(parts) != 2:
        return None
    attempt = tx.one(query(__file__, "attempt_of_send"), send_id=parts[0].hex(), channel=parts[1].decode())
    if attempt is None or not attempt["address"]:
        return None
    return {**attempt, "is_anothers": is_anothers(tx, attempt)}


def contact_of(tx: StateTx, attempt: Row) -> Contact:
    """Whom the message went to, with its address if none is known by now; with no other if that is another's."""
    known = contacts(tx, [attempt["person_id"]]).get(attempt["person_id"], Contact(attempt["person_id"]))
    own = {} if attempt["is_anothers"] else known.addresses
    return dataclasses.replace(known, addresses={attempt["channel"]: attempt["address"]} | own)


def subscription_of(tx: StateTx, attempt: Row) -> Subscription:
    """The channels of a message's recipient."""
    contact = contact_of(tx, attempt)
    closed = {
        (row["channel"], row["address"])
        for row in tx.rows(query(__file__, "suppressions"), addresses=list(contact.addresses.values()))
    }
    choices = [
        ChannelChoice(
            key, known_channels()[key].title, masked(address),
            is_on=contact.agreed(key, advertiser=attempt["advertiser"]) and (key, address) not in closed,
        )
        for key, address in sorted(contact.addresses.items())
        if key in known_channels()
    ]  # fmt: skip
    return Subscription(contact.language, attempt["channel"], choices)


def leave(tx: StateTx, attempt: Row, *, method: str, now: datetime, visitor: Visitor = NOBODY) -> None:
    """Close the address and withdraw the consent; the newest address of the channel is closed as well.

    An address that is another's by now is closed, and that is all.
    """
    contact = contact_of(tx, attempt)
    addresses = {attempt["address"], contact.addresses.get(attempt["channel"], attempt["address"])}
    known = tx.rows(query(__file__, "suppressions"), addresses=list(addresses))
    closed = {row["address"] for row in known if row["channel"] == attempt["channel"]}
    word = contact.word(attempt["channel"], advertiser=attempt["advertiser"])
    if addresses <= closed and (attempt["is_anothers"] or (word is not None and not word.is_given)):
        return
    for address in addresses:
        suppress(tx, channel=attempt["channel"], address=address, reason=LEFT, evidence=method, now=now)
    _withdraw(tx, UNSUBSCRIBED, attempt, _word(attempt, "left", method=method, now=now, visitor=visitor))


def join(tx: StateTx, attempt: Row, *, method: str, wording: str, now: datetime, visitor: Visitor = NOBODY) -> None:
    """Give the consent, and open the address again if nothing worse than leaving had closed it."""
    tx.run(query(__file__, "unsuppress"), channel=attempt["channel"], address=attempt["address"], reason=LEFT)
    entry = _word(attempt, "joined", method=method, now=now, visitor=visitor)
    entry = dataclasses.replace(entry, is_given=True, wording=wording)
    take_word(tx, entry)
    tell_word(tx, CONSENT_GIVEN, attempt, entry)


def complain(tx: StateTx, attempt: Row, *, now: datetime) -> None:
    """A complaint of the recipient closes the address and withdraws the consent, if the address is still theirs."""
    attempt = {**attempt, "is_anothers": is_anothers(tx, attempt)}
    suppress(tx, channel=attempt["channel"], address=attempt["address"], reason="complained", evidence="provider",
             now=now)  # fmt: skip
    entry = _word(attempt, "complained", method="complaint", now=now, visitor=NOBODY)
    entry = dataclasses.replace(entry, message_id=f"complained:{attempt['send_id']}:{attempt['channel']}")
    _withdraw(tx, CONSENT_WITHDRAWN, attempt, entry)


def _withdraw(tx: StateTx, name: str, attempt: Row, entry: ConsentEntry) -> None:
    """Take the word and tell it. From an address that is another's by now it is nobody's: only its closing is told."""
    if attempt["is_anothers"]:
        put_in_outbox(tx, [_told(tx, ADDRESS_CLOSED, attempt, entry)])
        return
    take_word(tx, entry)
    tell_word(tx, name, attempt, entry)


def tell_word(tx: StateTx, name: str, attempt: Row, entry: ConsentEntry) -> None:
    """Tell the log a word that is in the ledger already, under the same id."""
    put_in_outbox(tx, [_told(tx, name, attempt, entry)])


def _told(tx: StateTx, name: str, attempt: Row, entry: ConsentEntry) -> Event:
    person_id = attempt["person_id"]
    user_id = "" if attempt.get("is_anothers") else user_ids(tx, [person_id]).get(person_id, "")
    told = {
        "wording": entry.wording, "advertiser": entry.advertiser, "ip": entry.ip, "user_agent": entry.user_agent,
    }  # fmt: skip
    return event_about(
        name, attempt, message_id=entry.message_id, user_id=user_id, occurred_at=entry.occurred_at,
        channel=entry.channel, purpose=entry.purpose, address=attempt["address"], method=entry.method,
        **{key: value for key, value in told.items() if value},
    )  # fmt: skip


def masked(address: str) -> str:
    """The address so that its owner knows it: ``a***@example.test``, ``+7***67``."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:2]}***{address[-2:]}" if len(address) > MASKED_CHARS_MIN else f"{address[:1]}***"


def _word(attempt: Row, what: str, *, method: str, now: datetime, visitor: Visitor) -> ConsentEntry:
    return ConsentEntry(
        source_id=SOURCE_ID, message_id=f"{what}:{attempt['send_id']}:{attempt['channel']}:{micros(now)}",
        person_id=attempt["person_id"], advertiser=attempt["advertiser"], channel=attempt["channel"],
        purpose=MARKETING, is_given=False, method=method, ip=visitor.ip, user_agent=visitor.user_agent[:300],
        occurred_at=now, recorded_at=now, evidence=f'{{"send_id":"{attempt["send_id"]}"}}',
    )  # fmt: skip
