"""The preference centre: everything a recipient may choose, in one transaction, in force when it is answered."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta

from omniloom.core.clock import micros
from omniloom.core.errors import Invalid
from omniloom.core.event import CONSENT_WITHDRAWN, PREFERENCES_CHANGED, PRIVACY_REQUESTED, Event
from omniloom.core.i18n import LANGUAGES
from omniloom.core.ids import Ids
from omniloom.messaging.channel import known_channels
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.report import SOURCE_ID, event_about, named_by, put_in_outbox, user_ids
from omniloom.messaging.subscribe import (
    NOBODY,
    ChannelChoice,
    Visitor,
    attempt_of_token,
    contact_of,
    join,
    leave,
    subscription_of,
    tell_word,
)
from omniloom.profiles import (
    EVERY_CHANNEL,
    OWN,
    ConsentEntry,
    Frequency,
    Preference,
    PrivacyKind,
    PrivacyRequest,
    Topic,
    ask_privacy,
    save_preference,
    take_word,
    topics_of,
)
from omniloom.store import Row, StateTx, Stores

PAUSE_DAYS_MAX = 365
PREFERENCE_PAGE = "preference page"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the holder of a link may see and change. ``person_id`` is whom the message came for, ``advertiser`` in whose
    name (empty: our own), and so towards whom the channels are on or off.
    """

    person_id: int
    language: str
    channel: str
    choices: list[ChannelChoice]
    topics: list[Topic]
    wish: Preference
    advertiser: str = OWN


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose; None leaves a thing as it is. ``pause_days`` of 0 ends a pause."""

    channels: frozenset[str] | None = None
    topics: frozenset[str] | None = None
    frequency: Frequency | None = None
    pause_days: int | None = None
    language: str | None = None
    reply_channel: str | None = None


def preferences(stores: Stores, token: str, *, secret: bytes) -> Preferences | None:
    """The choices of the person a message with this token went to; None for a token that is not ours."""
    with stores.state.read() as tx:
        attempt = attempt_of_token(tx, token, secret)
        return None if attempt is None else _preferences(tx, attempt)


def choose(
    stores: Stores, token: str, choice: Choice, *, secret: bytes, now: datetime, wording: str,
    visitor: Visitor = NOBODY,
) -> Preferences | None:  # fmt: skip
    """Keep what was chosen; None for a token that is not ours.

    Channels that are on and not wanted are left; those that are off and wanted are joined, under ``wording``, which is
    what the page said. Joining opens an address that was left, never one that bounced or complained.
    Errors: Invalid names the field.
    """
    _check(choice)
    with stores.state.write() as tx:
        attempt = attempt_of_token(tx, token, secret)
        if attempt is None:
            return None
        if choice.channels is not None:
            _choose_channels(tx, attempt, choice.channels, wording=wording, now=now, visitor=visitor)
        shown = _preferences(tx, attempt)
        wish = _wished(shown, choice, now=now)
        if wish != shown.wish:
            save_preference(tx, attempt["person_id"], wish, now=now)
            put_in_outbox(tx, [_told(tx, PREFERENCES_CHANGED, attempt, now=now, **_facts(wish))])
        return _preferences(tx, attempt)


def ask_about_data(
    stores: Stores, token: str, kind: PrivacyKind, *, secret: bytes, now: datetime, ids: Ids,
    visitor: Visitor = NOBODY,
) -> PrivacyRequest | None:  # fmt: skip
    """Keep the wish for a copy or for erasure; None for a token that is not ours.

    Who wants to be erased gets no marketing from that moment on, whenever the erasure itself is carried out. Asking
    again withdraws what was agreed to since.
    """
    with stores.state.write() as tx:
        attempt = attempt_of_token(tx, token, secret)
        if attempt is None:
            return None
        asked = ask_privacy(
            tx, attempt["person_id"], kind, method=PREFERENCE_PAGE, ip=visitor.ip,
            user_agent=visitor.user_agent[:300], now=now, ids=ids,
        )  # fmt: skip
        is_new = asked.requested_at == now
        if kind is PrivacyKind.ERASURE:
            _stop_everything(tx, attempt, now=now, visitor=visitor, is_new=is_new)
        if is_new:
            put_in_outbox(tx, [_told(tx, PRIVACY_REQUESTED, attempt, now=now, kind=kind)])
        return asked


def _preferences(tx: StateTx, attempt: Row) -> Preferences:
    shown, contact = subscription_of(tx, attempt), contact_of(tx, attempt)
    offered = [topic for topic in topics_of(tx) if topic.is_offered]
    return Preferences(
        attempt["person_id"], contact.language, attempt["channel"], shown.choices, offered, contact.preference,
        shown.advertiser,
    )  # fmt: skip


def _choose_channels(
    tx: StateTx, attempt: Row, wanted: frozenset[str], *, wording: str, now: datetime, visitor: Visitor
) -> None:
    contact = contact_of(tx, attempt)
    for choice in subscription_of(tx, attempt).choices:
        own = attempt if choice.channel == attempt["channel"] else {
            **attempt, "channel": choice.channel, "address": contact.addresses[choice.channel],
            "named": named_by(attempt),
        }  # fmt: skip
        if choice.is_on and choice.channel not in wanted:
            leave(tx, own, method=PREFERENCE_PAGE, now=now, visitor=visitor)
        elif not choice.is_on and choice.channel in wanted:
            join(tx, own, method=PREFERENCE_PAGE, wording=wording, now=now, visitor=visitor)


def _wished(shown: Preferences, choice: Choice, *, now: datetime) -> Preference:
    wish = shown.wish
    if choice.topics is not None:
        offered = {topic.topic for topic in shown.topics}
        wish = dataclasses.replace(wish, topics_off=(wish.topics_off - offered) | (offered - choice.topics))
    if choice.frequency is not None:
        wish = dataclasses.replace(wish, frequency=choice.frequency)
    if choice.pause_days is not None:
        until = now + timedelta(days=choice.pause_days) if choice.pause_days else None
        wish = dataclasses.replace(wish, paused_until=until)
    if choice.language is not None:
        wish = dataclasses.replace(wish, language=choice.language)
    if choice.reply_channel is not None:
        wish = dataclasses.replace(wish, reply_channel=choice.reply_channel)
    return wish


def _check(choice: Choice) -> None:
    if choice.pause_days is not None and not 0 <= choice.pause_days <= PAUSE_DAYS_MAX:
        raise Invalid(f"a pause lasts up to {PAUSE_DAYS_MAX} days", field="pause_days")
    if choice.language and choice.language not in LANGUAGES:
        raise Invalid(f"the language is one of {', '.join(LANGUAGES)}", field="language")
    if choice.reply_channel and choice.reply_channel not in known_channels():
        raise Invalid(f"the channel is one of {', '.join(known_channels())}", field="reply_channel")


def _stop_everything(tx: StateTx, attempt: Row, *, now: datetime, visitor: Visitor, is_new: bool) -> None:
    """Withdraw towards every advertiser; of a wish that was known already, towards those who were agreed to since."""
    contact = contact_of(tx, attempt)
    agreed = contact.agreed_with()
    for advertiser in sorted({OWN, attempt["advertiser"], *agreed} if is_new else agreed):
        entry = ConsentEntry(
            source_id=SOURCE_ID, message_id=f"erasure:{attempt['send_id']}:{micros(now)}:{advertiser}",
            person_id=attempt["person_id"], advertiser=advertiser, channel=EVERY_CHANNEL, purpose=MARKETING,
            is_given=False, method="erasure request", ip=visitor.ip, user_agent=visitor.user_agent[:300],
            occurred_at=now, recorded_at=now,
        )  # fmt: skip
        take_word(tx, entry)
        tell_word(tx, CONSENT_WITHDRAWN, attempt, entry)


def _told(tx: StateTx, name: str, attempt: Row, *, now: datetime, **facts: object) -> Event:
    kind = facts.get("kind", "choice")
    return event_about(
        name, attempt, message_id=f"{kind}:{attempt['send_id']}:{attempt['channel']}:{micros(now)}", occurred_at=now,
        user_id=user_ids(tx, [attempt["person_id"]]).get(attempt["person_id"], ""), **facts,
    )  # fmt: skip


def _facts(wish: Preference) -> dict[str, object]:
    return {
        "frequency": wish.frequency, "language": wish.language, "reply_channel": wish.reply_channel,
        "topics_off": sorted(wish.topics_off),
        "paused_until": wish.paused_until.isoformat() if wish.paused_until else "",
    }  # fmt: skip
