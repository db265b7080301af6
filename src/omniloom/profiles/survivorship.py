"""Which of several words about a person is in force: a rule for each key, the newest where there is none.

``ranked`` is the meaning. The view profiles_trait_current says the same for segments, in SQL; a property test holds the
two equal. Rules are kept in the state store; the event store has a copy, so that a change is visible to every reader
of traits at once. Cards follow in the loop, the newest people first.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from omniloom.core.clock import instant
from omniloom.core.errors import Invalid
from omniloom.core.text import clean
from omniloom.store import EventsTx, StateTx, Stores, query

CARDS_LEFT = "profiles_cards_left"  # state store, a cursor: cards of people up to this one are made anew
UNTRUSTED = 1_000_000  # the place of a source that a rule does not name
KEY_CHARS_MAX = 200
SOURCES_MAX = 100

_SURVIVORSHIP = query(__file__, "survivorship")
_SET = query(__file__, "set_survivorship")
_FORGET = query(__file__, "forget_survivorship")
_LAST_PERSON = query(__file__, "last_person")
_FORGET_RULES = query(__file__, "forget_rules")
_FORGET_TRUST = query(__file__, "forget_trust")
_ADD_OLDER_WORDS = query(__file__, "add_older_words")
_IN_FORCE = query(__file__, "rules_in_force")


class Rule(StrEnum):
    """How one of several words is chosen; between equals the newest is."""

    RECENCY = "recency"  # the newest word, be it that there is no value any more
    TRUST = "trust"  # that of the source trusted most
    COMPLETENESS = "completeness"  # the longest value
    VOTE = "vote"  # the value that most sources gave


@dataclass(frozen=True, slots=True)
class Survivorship:
    """The rule of one key; ``sources`` are those it trusts, the most trusted first."""

    key: str
    rule: Rule
    sources: tuple[str, ...] = ()
    updated_by: str = ""
    updated_at: datetime | None = None


NEWEST = Survivorship("", Rule.RECENCY)


class Word(NamedTuple):
    """The newest thing one source said on one key, of one of the people merged into a person."""

    person_id: int
    key: str
    value: str | None  # JSON; None: there is none any more
    occurred_at: datetime  # naive UTC, as the event store gives it
    message_id: str
    source_id: str


def ranked(words: list[Word], rule: Survivorship) -> list[Word]:
    """The words about one key that may be in force, best first. Empty: nothing is in force.

    Of what a source said of several people who became one, its newest word counts, as if they had always been one.
    """
    newest: dict[str, Word] = {}
    for word in sorted(words, key=lambda each: (each.occurred_at, each.message_id, each.source_id), reverse=True):
        newest.setdefault(word.source_id, word)
    newest_first = list(newest.values())
    if rule.rule is Rule.RECENCY:
        return newest_first
    said = [word for word in newest_first if word.value is not None]
    if rule.rule is Rule.TRUST:
        place = {source: n for n, source in enumerate(rule.sources)}
        return sorted(said, key=lambda word: place.get(word.source_id, UNTRUSTED))
    if rule.rule is Rule.COMPLETENESS:
        return sorted(said, key=lambda word: -len(word.value or ""))
    votes = Counter(word.value for word in said)
    return sorted(said, key=lambda word: -votes[word.value])


def survivorships(stores: Stores) -> list[Survivorship]:
    """The rules there are, by key."""
    with stores.state.read() as tx:
        return _defined(tx)


def set_survivorship(stores: Stores, wanted: Survivorship, *, by: str, now: datetime) -> None:
    """Give a key a rule; RECENCY takes it away again. Errors: Invalid names the field."""
    key = clean(wanted.key.strip(), field="key")
    sources = tuple(dict.fromkeys(clean(source.strip(), field="sources") for source in wanted.sources))
    if not key or len(key) > KEY_CHARS_MAX:
        raise Invalid("a rule needs a trait's key", hint=f"1 to {KEY_CHARS_MAX} characters", field="key")
    if wanted.rule is Rule.TRUST and not sources:
        raise Invalid("trust needs sources", hint="name them, the most trusted first", field="sources")
    if len(sources) > SOURCES_MAX or "" in sources:
        raise Invalid("these sources cannot be", hint=f"name 1 to {SOURCES_MAX} sources", field="sources")
    with stores.state.write() as tx:
        if wanted.rule is Rule.RECENCY:
            tx.run(_FORGET, key=key)
        else:
            kept = msgspec.json.encode(sources if wanted.rule is Rule.TRUST else ()).decode()
            tx.run(_SET, key=key, rule=wanted.rule.value, sources=kept, updated_by=by, updated_at=now)
        last = tx.one(_LAST_PERSON)
        tx.move_cursor(CARDS_LEFT, (last and last["person_id"]) or 0)
    sync_rules(stores)


def sync_rules(stores: Stores) -> bool:
    """Bring the event store's copy of the rules up to date; whether there was anything to do."""
    with stores.state.read() as state, stores.events.read() as events:
        if _plain(_defined(state)) == _plain(rules_of(events).values()):
            return False
    with stores.events.write() as events, stores.state.read() as state:
        rules = _defined(state)
        events.run(_FORGET_RULES)
        events.run(_FORGET_TRUST)
        events.append("profiles_rule", pa.table({
            "key": pa.array([rule.key for rule in rules], pa.string()),
            "rule": pa.array([rule.rule.value for rule in rules], pa.string()),
        }))  # fmt: skip
        trust = [(rule.key, source, n) for rule in rules for n, source in enumerate(rule.sources, 1)]
        events.append("profiles_trust", pa.table({
            "key": pa.array([key for key, _, _ in trust], pa.string()),
            "source_id": pa.array([source for _, source, _ in trust], pa.string()),
            "place": pa.array([n for _, _, n in trust], pa.int64()),
        }))  # fmt: skip
        events.run(_ADD_OLDER_WORDS)
    return True


def rules_of(events: EventsTx) -> dict[str, Survivorship]:
    """The rules in force, by key."""
    found: dict[str, Any] = {}
    for key, rule, source, _ in events.tuples(_IN_FORCE):
        known = found.setdefault(key, (rule, []))
        if source:
            known[1].append(source)
    return {key: Survivorship(key, Rule(rule), tuple(sources)) for key, (rule, sources) in found.items()}


def _defined(tx: StateTx) -> list[Survivorship]:
    decode = msgspec.json.decode
    return [
        Survivorship(
            row["key"], Rule(row["rule"]), tuple(decode(row["sources"])), row["updated_by"],
            instant(row["updated_at"]),
        )
        for row in tx.rows(_SURVIVORSHIP)
    ]  # fmt: skip


def _plain(rules: Iterable[Survivorship]) -> list[tuple[str, Rule, tuple[str, ...]]]:
    return [(rule.key, rule.rule, rule.sources) for rule in rules]
