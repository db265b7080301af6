"""What a recipient says on the public pages: leaving a channel, joining it again; and who may say it.

The effect is in force when the answer is sent: suppression and the ledger's line in one state transaction, which the
next intent's transaction sees. The event for the log lies in the same transaction's outbox, so it works when the
worker, or even the log, is down. A link speaks for whom its message was for while the address it went to is theirs;
once it is another's, or many people's, it only closes that address: whose consent would it be to withdraw? Whom the
message was for may be written to elsewhere, and whoever reads it now may not even be the address's owner.

Consent is per advertiser, so leaving a partner's message leaves that partner's, and the page offers to leave
everything; leaving one of ours leaves everything, for who runs the list was told to stop.

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
from omniloom.messaging.report import SOURCE_ID, event_about, put_in_outbox, user_ids
from omniloom.messaging.site import CONFIRM, PREFERENCES, UNSUBSCRIBE
from omniloom.messaging.stop_list import closed, reopen, suppress
from omniloom.messaging.token import verify
from omniloom.profiles import OWN, ConsentEntry, Contact, contacts, take_word
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
    """The channels of whoever holds a link, and the language to speak.

    ``advertiser``: whose messages they are about, empty: our own; ``is_all_left``: the address gets nobody's.
    """

    language: str
    channel: str
    choices: list[ChannelChoice]
    advertiser: str = OWN
    is_all_left: bool = False


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
    stores: Stores, token: str, *, secret: bytes, now: datetime, method: str, visitor: Visitor = NOBODY,
    is_all: bool = False,
) -> Subscription | None:  # fmt: skip
    """End marketing in the channel of the token's message, now; None for a token that is not ours. Repeatable.

    A partner's message ends that partner's, unless ``is_all``. Of an address that is another's by now, that address
    alone is closed. While the stores are moved, the word goes to the log instead, and is in force before anything is
    sent again: then it is taken as the present owner's.
    """
    try:
        with stores.state.write() as tx:
            attempt = attempt_to_leave(tx, token, secret)
            if attempt is None:
                return None
            leave(tx, attempt, method=method, now=now, visitor=visitor, is_all=is_all)
            return subscription_of(tx, attempt)
    except Held:
        with stores.state.read() as tx:
            attempt = attempt_to_leave(tx, token, secret)
            if attempt is None:
                return None
            is_all = is_all or attempt["advertiser"] == OWN
            word = _word(attempt, "left", method=method, now=now, visitor=visitor)
            names = _whose(contact_of(tx, attempt), attempt, is_all=is_all, is_closed=False)
            told = [_told(tx, *each) for each in _leaving(attempt, word, names)]
            shown = subscription_of(tx, attempt)
        stores.log.append([encode(each) for each in told])
        left = [dataclasses.replace(c, is_on=c.is_on and c.channel != shown.channel) for c in shown.choices]
        return dataclasses.replace(shown, choices=left, is_all_left=is_all)


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
    contact, advertiser = contact_of(tx, attempt), attempt["advertiser"]
    stopped = closed(tx, [attempt["address"], *contact.addresses.values()], advertiser)
    choices = [
        ChannelChoice(
            key, known_channels()[key].title, masked(address),
            is_on=contact.agreed(key, advertiser=advertiser) and (key, address) not in stopped,
        )
        for key, address in sorted(contact.addresses.items())
        if key in known_channels()
    ]  # fmt: skip
    is_all_left = (attempt["channel"], attempt["address"]) in closed(tx, [attempt["address"]])
    return Subscription(contact.language, attempt["channel"], choices, advertiser, is_all_left)


def leave(
    tx: StateTx, attempt: Row, *, method: str, now: datetime, visitor: Visitor = NOBODY, is_all: bool = False
) -> None:
    """Close the address and withdraw the consent; the newest address of the channel is closed as well, if it is of the
    same person whatever merge is undone.

    To the messages of a partner, if it was one of theirs, else or if ``is_all`` to everybody's. An address that is
    another's by now is closed, and that is all.
    """
    contact, channel = contact_of(tx, attempt), attempt["channel"]
    is_all = is_all or attempt["advertiser"] == OWN
    stop_for = OWN if is_all else attempt["advertiser"]
    addresses = _own_addresses(contact, attempt)
    is_closed, was_left = (
        all((channel, address) in closed(tx, addresses, advertiser) for address in addresses)
        for advertiser in (stop_for, attempt["advertiser"])
    )
    said = contact.word(channel, advertiser=attempt["advertiser"])
    was_left = was_left and (attempt["is_anothers"] or (said is not None and not said.is_given))
    names = _whose(contact, attempt, is_all=is_all, is_closed=is_closed)
    if was_left:
        names.remove(attempt["advertiser"])
    if is_closed and not names:
        return
    for address in addresses:
        suppress(tx, channel=channel, address=address, reason=LEFT, evidence=method, now=now, advertiser=stop_for)
    word = _word(attempt, "left", method=method, now=now, visitor=visitor)
    for each in _leaving(attempt, word, names):
        _withdraw(tx, *each)


def _own_addresses(contact: Contact, attempt: Row) -> set[str]:
    """What leaving closes: the link's own address, and the channel's newest one; not one that came by a merge, for that
    would stay closed to whoever is parted again. While they are one, the consent that was taken back is both's.
    """
    channel = attempt["channel"]
    is_own = contact.owners.get(channel, attempt["person_id"]) == attempt["person_id"]
    newest = [contact.addresses[channel]] if is_own else []
    linked = [] if "named" in attempt else [attempt["address"]]
    return {*linked, *newest}


def _whose(contact: Contact, attempt: Row, *, is_all: bool, is_closed: bool) -> list[str]:
    """Whose messages leaving says no to: the message's advertiser's first; of all, everybody's who was agreed to."""
    others: set[str] = set()
    if is_all and not attempt["is_anothers"]:
        others = contact.agreed_with(attempt["channel"]) | (set() if is_closed else {OWN})
    return [attempt["advertiser"], *sorted(others - {attempt["advertiser"]})]


def _leaving(attempt: Row, word: ConsentEntry, names: list[str]) -> list[tuple[str, Row, ConsentEntry]]:
    """What is told of leaving, each with its event: one person left once, whomever they said no to."""
    return [
        (UNSUBSCRIBED, attempt, word) if name == attempt["advertiser"] else (
            CONSENT_WITHDRAWN, {**attempt, "advertiser": name},
            dataclasses.replace(word, advertiser=name, message_id=f"{word.message_id}:{name}"),
        )
        for name in names
    ]  # fmt: skip


def join(tx: StateTx, attempt: Row, *, method: str, wording: str, now: datetime, visitor: Visitor = NOBODY) -> None:
    """Give the consent, and open the address, and the channel's newest, if nothing worse than leaving had closed it."""
    channel = attempt["channel"]
    for address in sorted({attempt["address"], contact_of(tx, attempt).addresses[channel]}):
        reopen(tx, channel=channel, address=address, advertiser=attempt["advertiser"])
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
        "address": "" if "named" in attempt else attempt["address"],  # another one may be somebody else's some day
    }  # fmt: skip
    return event_about(
        name, attempt, message_id=entry.message_id, user_id=user_id, occurred_at=entry.occurred_at,
        channel=entry.channel, purpose=entry.purpose, method=entry.method,
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
