"""What people agreed to, as it is in force: per advertiser, channel and purpose, the newest word of the ledger.

The newest word by the event's own time (by its arrival if it is dated ahead) is in force; at the same instant a
withdrawal wins. Channel ``*`` means every channel: a word about all of them replaces older words about each. A word
counts in the transaction that writes it down, by whatever door it came.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import instant, micros
from omniloom.core.errors import Invalid
from omniloom.identity import roots_of
from omniloom.profiles.ledger import ConsentEntry, write_down
from omniloom.store import StateTx, Stores, query

EVERY_CHANNEL = "*"
MARKETING = "marketing"
OWN = ""  # the advertiser who runs the installation; others are named

_NAMES_TOLD = 10  # in a hint
_SET_CONSENT = query(__file__, "set_consent")
_CONSENTS_OF = query(__file__, "consents_of")
_ADVERTISERS = query(__file__, "advertisers")


@dataclass(frozen=True, slots=True)
class Consent:
    """What is in force for one channel and purpose, towards one advertiser (empty: our own)."""

    channel: str
    purpose: str
    is_given: bool
    occurred_at: datetime
    advertiser: str = OWN


def record(tx: StateTx, entries: Iterable[ConsentEntry]) -> int:
    """Write words into the ledger, each once, and let the newest be in force; how many were new."""
    added = write_down(tx, entries)
    tx.many(_SET_CONSENT, (
        {"person_id": e.person_id, "advertiser": e.advertiser, "channel": e.channel, "purpose": e.purpose,
         "is_given": int(e.is_given), "occurred_at": e.occurred_at, "message_id": e.message_id}
        for e in added if e.channel
    ))  # fmt: skip
    return len(added)


def take_word(tx: StateTx, entry: ConsentEntry) -> None:
    """Take what a person says at one of our doors, now: it outdoes every word known so far.

    Also one whose sender's clock ran ahead. Give the entry the ``source_id`` and ``message_id`` that its event will
    have in the log: then the event adds nothing when it arrives.
    """
    roots = list(roots_of(tx, [entry.person_id]).values())
    about = [
        word["occurred_at"] + entry.is_given  # at one instant a withdrawal wins, so a yes must come after it
        for word in tx.rows(_CONSENTS_OF, root_ids=roots)
        if (entry.channel == EVERY_CHANNEL or word["channel"] in (entry.channel, EVERY_CHANNEL))
        and word["purpose"] == entry.purpose
        and word["advertiser"] == entry.advertiser
    ]
    record(tx, [entry])
    said_at = max([micros(entry.occurred_at), *about])
    tx.run(_SET_CONSENT, person_id=entry.person_id, advertiser=entry.advertiser, channel=entry.channel,
           purpose=entry.purpose, is_given=int(entry.is_given), occurred_at=said_at,
           message_id=entry.message_id)  # fmt: skip


def withdraw(  # noqa: PLR0913 - one line of the ledger
    tx: StateTx,
    *,
    person_id: int,
    channel: str,
    purpose: str,
    message_id: str,
    method: str,
    occurred_at: datetime,
    now: datetime,
    source_id: str = "messaging",
    advertiser: str = OWN,
    ip: str = "",
    user_agent: str = "",
) -> None:
    """Withdraw a consent at once, in the caller's transaction (see :func:`take_word`)."""
    take_word(tx, ConsentEntry(
        source_id=source_id, message_id=message_id, person_id=person_id, advertiser=advertiser, channel=channel,
        purpose=purpose, is_given=False, method=method, ip=ip, user_agent=user_agent, occurred_at=occurred_at,
        recorded_at=now,
    ))  # fmt: skip


def consents_by_root(tx: StateTx, root_ids: list[int]) -> dict[int, list[Consent]]:
    """What is in force for people, everyone merged into them included: root -> consents by channel and purpose."""
    newest: dict[int, dict[tuple[str, str, str], tuple[int, int, int]]] = {}
    for root_id, advertiser, channel, purpose, is_given, occurred_at in tx.tuples(_CONSENTS_OF, root_ids=root_ids):
        words = newest.setdefault(root_id, {})
        word = (occurred_at, 1 - is_given, is_given)
        about = (advertiser, channel, purpose)
        words[about] = max(words.get(about, word), word)
    return {root_id: _in_force(words) for root_id, words in newest.items()}


def _in_force(words: dict[tuple[str, str, str], tuple[int, int, int]]) -> list[Consent]:
    """The newest word per channel and purpose, after newer words about every channel."""
    found = []
    for (advertiser, channel, purpose), word in sorted(words.items()):
        occurred_at, _, is_given = max(word, words.get((advertiser, EVERY_CHANNEL, purpose), word))
        found.append(Consent(channel, purpose, bool(is_given), instant(occurred_at), advertiser))
    return found


def advertisers(stores: Stores) -> list[str]:
    """Whom people gave or refused their consent, besides ourselves, by name."""
    with stores.state.read() as tx:
        return [str(name) for (name,) in tx.tuples(_ADVERTISERS)]


def check_advertiser(stores: Stores, name: str) -> None:
    """Errors: Invalid if nobody ever agreed or objected to messages in this name: a slip of the pen, for it would reach
    nobody. Our own is always known.
    """
    known = advertisers(stores)
    if name == OWN or name in known:
        return
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    hint = "leave it empty for your own company; a partner is known by the first consent given to it"
    if near:
        hint = f"did you mean {' or '.join(by_lower[one] for one in near)}?"
    elif known:
        hint = f"known are {', '.join(known[:_NAMES_TOLD])}; {hint}"
    raise Invalid(f"advertiser: nobody ever agreed to messages in the name of {name!r}", hint=hint, field="advertiser")
