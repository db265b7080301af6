"""A word about consent that one of us writes down for a person: said at the till, on the phone, on paper, in a chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.errors import Invalid, Missing
from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, Event
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.identity import roots_of
from omniloom.messaging.channel import known_channels
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.report import SOURCE_ID, naming_alone, put_in_outbox
from omniloom.messaging.stop_list import reopen
from omniloom.messaging.subscribe import NOBODY, Visitor
from omniloom.profiles import EVERY_CHANNEL, OWN, ConsentEntry, contacts, take_word
from omniloom.store import StateTx, Stores

METHODS = ("form", "till", "call", "paper", "chat", "api")
EVIDENCE_BYTES_MAX = 8_192
NAME_CHARS_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What was said. ``evidence`` is what else shows it: a call's id, a scan's, a form's address."""

    channel: str
    is_given: bool
    method: str
    wording: str = ""
    wording_version: str = ""
    purpose: str = MARKETING
    advertiser: str = OWN
    evidence: Mapping[str, Any] | None = None


def take_consent(
    stores: Stores, person_id: int, word: Word, *, by: str, now: datetime, ids: Ids, visitor: Visitor = NOBODY
) -> ConsentEntry:
    """Write a person's word down; it is in force when this returns.

    It is the word of who is named, also if they are one with others by now: so it stays theirs if they are parted.
    Giving needs a wording, for nothing could be proved without one; it opens an address that was left.
    Errors: Missing if there is no such person; Invalid names the field.
    """
    _check(word)
    evidence = msgspec.json.encode({**(word.evidence or {}), "written_down_by": by}).decode()
    if len(evidence) > EVIDENCE_BYTES_MAX:
        raise Invalid(f"the evidence is over {EVIDENCE_BYTES_MAX} bytes", hint="name it, do not paste it",
                      field="evidence")  # fmt: skip
    entry = ConsentEntry(
        source_id=SOURCE_ID, message_id=f"word:{ids.token()}", person_id=person_id, advertiser=word.advertiser.strip(),
        channel=word.channel, purpose=word.purpose.strip().lower(), is_given=word.is_given,
        wording=word.wording.strip(), wording_version=word.wording_version, method=word.method, ip=visitor.ip,
        user_agent=visitor.user_agent[:300], evidence=evidence, occurred_at=now, recorded_at=now,
    )  # fmt: skip
    with stores.state.write() as tx:
        _check_known(tx, person_id)  # in the transaction that writes: they may have been erased a moment ago
        take_word(tx, entry)
        if word.is_given:
            _open(tx, entry)
        put_in_outbox(tx, _events(tx, entry))
    return entry


def _check_known(tx: StateTx, person_id: int) -> None:
    if person_id not in roots_of(tx, [person_id]):
        raise Missing(f"no person {person_id}", hint="search for one by any identifier", person_id=person_id)


def _check(word: Word) -> None:
    if word.channel != EVERY_CHANNEL and word.channel not in known_channels():
        raise Invalid(f"there is no channel {word.channel}", hint=f"{', '.join(known_channels())} or * for all",
                      field="channel")  # fmt: skip
    if word.method not in METHODS:
        raise Invalid(f"{word.method!r} is no way of saying it", hint=f"one of {', '.join(METHODS)}", field="method")
    if word.is_given and not word.wording.strip():
        raise Invalid("say what they agreed to", hint="the wording, as it was read or shown to them", field="wording")
    for name in ("purpose", "advertiser", "wording_version"):
        if len(clean(getattr(word, name), field=name)) > NAME_CHARS_MAX:
            raise Invalid(f"{name} is over {NAME_CHARS_MAX} characters", field=name)
    clean(word.wording, field="wording")
    if not word.purpose.strip():
        raise Invalid("name the purpose", hint=MARKETING, field="purpose")


def _open(tx: StateTx, entry: ConsentEntry) -> None:
    contact = contacts(tx, [entry.person_id]).get(entry.person_id)
    for key, address in contact.addresses.items() if contact else ():
        if entry.channel in (key, EVERY_CHANNEL):
            reopen(tx, channel=key, address=address, advertiser=entry.advertiser)


def _events(tx: StateTx, entry: ConsentEntry) -> list[Event]:
    """What the log is told, under the ledger's own id; nothing of somebody who cannot be named."""
    named = naming_alone(tx, entry.person_id)
    if not named:
        return []
    told = {
        "channel": entry.channel, "purpose": entry.purpose, "advertiser": entry.advertiser, "wording": entry.wording,
        "method": entry.method, "evidence": msgspec.json.decode(entry.evidence),
    }  # fmt: skip
    return [Event(
        source_id=SOURCE_ID, message_id=entry.message_id, type="track",
        name=CONSENT_GIVEN if entry.is_given else CONSENT_WITHDRAWN, occurred_at=entry.occurred_at,
        received_at=entry.recorded_at, identifiers=named,
        properties={key: value for key, value in told.items() if value},
    )]  # fmt: skip
