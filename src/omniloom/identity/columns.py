"""Resolved events as columns for the event store: hot properties get their own column, the rest stays JSON.

Values come from outside and may be anything JSON can hold. A value that does not fit its column leaves the column
empty and is named in ``problems``; it never stops the batch. Source: Segment's e-commerce properties.

The log's JSON is the platform's own (``core.event.encode``: no spaces, nothing escaped that need not be), so what has
no hot property goes from the log to the column as it is; which events have one is asked of all of them at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.event import CONSENT_GIVEN, CONSENT_WORDS, OWN_SOURCE_ID, LoggedEvent, word_name
from omniloom.identity.consent_word import word_channel
from omniloom.identity.items import Items
from omniloom.identity.kind import Level
from omniloom.identity.times import read_times
from omniloom.identity.value import BIGINT_MAX, label, read_minor

_REVENUE = ("revenue", "total", "value")  # the first that is given counts
_HOT = ("channel", "campaign_id", "order_id", "currency", "revenue_minor", "products", *_REVENUE)
_HAS_HOT = f'"(?:{"|".join(_HOT)})":'
_SAYS = '"(?:channel|campaign|confidence)":'  # what a context may say
_ABOUT_PERSON = frozenset(("identify", "group"))
_WITH_MORE_IDS = frozenset(("alias", "group"))

_json = msgspec.json.Encoder().encode
_read = msgspec.json.decode
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_Json = msgspec.Raw | bytes


@dataclass(frozen=True, slots=True)
class Resolved:
    """Events of a batch and what was found out about each, in the order of the log."""

    positions: list[int]
    events: list[LoggedEvent]
    people: list[int]  # ``claim.NOBODY``: of none
    levels: list[int]  # how surely
    problems: list[dict[str, str] | None]


def read_columns(rows: Resolved, home_currency: str) -> tuple[pa.Table, pa.Table]:
    """Rows of identity_event and of identity_item."""
    count = len(rows.events)
    told = _Told(home_currency, [None] * count, [None] * count, [None] * count, [None] * count, [None] * count)
    contexts = _texts([event.context for event in rows.events])
    levels = _read_contexts(contexts, rows, told)
    bodies: list[_Json] = [event.properties for event in rows.events]
    properties = _texts(bodies)
    hot = _which(properties, _HAS_HOT)
    for row in hot:
        bodies[row] = told.read(row, rows)
    if hot or any(event.type in _ABOUT_PERSON for event in rows.events):
        properties = _texts([
            event.traits if event.type in _ABOUT_PERSON else body
            for event, body in zip(rows.events, bodies, strict=True)
        ])  # fmt: skip
    events = pa.table({
        "position": pa.array(rows.positions, pa.int64()),
        "source_id": _strings([event.source_id for event in rows.events]),
        "message_id": _strings([event.message_id for event in rows.events]),
        "type": _strings([event.type for event in rows.events]),
        "name": _names(rows.events),
        "occurred_at": read_times(_strings([event.occurred_at for event in rows.events])),
        "received_at": read_times(_strings([event.received_at for event in rows.events])),
        "person_id": pa.array(rows.people, pa.int64()),
        "channel": _strings(told.channels),
        "campaign_id": _strings(told.campaign_ids),
        "order_id": _strings(told.order_ids),
        "revenue_minor": pa.array(told.revenues_minor, pa.int64()),
        "currency": _strings(told.currencies),
        "identifiers": _texts([
            _json(_given(event) if event.type in _WITH_MORE_IDS else event.identifiers) for event in rows.events
        ]),
        "properties": properties,
        "context": contexts,
        "problems": _strings([_json(problems) if problems else None for problems in rows.problems]),
        "confidence": pa.array(levels, pa.int8()),
    })  # fmt: skip
    return events, told.items.table()


def _strings(values: Sequence[str | bytes | None]) -> pa.Array:
    return pa.array(values, pa.string())


def _names(events: Sequence[LoggedEvent]) -> pa.Array:
    """What happened; a word about consent under its own name. Names are few, so each is looked at once."""
    told = _strings([event.name for event in events])
    if all(word_name(name) == name for name in pc.unique(told).to_pylist()):
        return told
    return _strings([word_name(event.name) for event in events])


def _texts(parts: Sequence[_Json]) -> pa.Array:
    """JSON texts as a column, laid end to end: several times as quick as one by one."""
    ends = np.zeros(len(parts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), out=ends[1:])
    if ends[-1] > np.iinfo(np.int32).max:
        return pa.array([bytes(part) for part in parts], pa.large_string())
    return pa.StringArray.from_buffers(len(parts), pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(parts)))


def _which(texts: pa.Array, pattern: str) -> list[int]:
    """Numbers of the texts that a pattern occurs in."""
    found: list[int] = np.flatnonzero(pc.match_substring_regex(texts, pattern)).tolist()
    return found


# --- what a context says ---------------------------------------------------------------------------------------------


def _read_contexts(contexts: pa.Array, rows: Resolved, told: "_Told") -> list[int]:
    """The channel and campaign that contexts name; how surely events are whose, as our own events may say."""
    levels = rows.levels
    for row in _which(contexts, _SAYS):
        context = _read(rows.events[row].context)
        campaign = context.get("campaign")
        if not isinstance(campaign, dict):
            campaign = {}
        told.channels[row] = label(context.get("channel"))
        told.campaign_ids[row] = label(campaign.get("id")) or label(campaign.get("name"))
        said = context.get("confidence")
        if rows.events[row].source_id == OWN_SOURCE_ID and said.__class__ is int and said in list(Level):
            levels = levels if levels is not rows.levels else list(levels)
            levels[row] = said  # a proof says what was shown; the ids that name the person beside it were not
    return levels


# --- what hot properties say -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Told:
    """The hot columns, None where an event tells nothing; lines of orders become items."""

    home_currency: str
    channels: list[str | None]
    campaign_ids: list[str | None]
    order_ids: list[str | None]
    revenues_minor: list[int | None]
    currencies: list[str | None]
    items: Items = field(default_factory=Items)

    def read(self, row: int, rows: Resolved) -> _Json:
        """Take in one event; its properties without those that went elsewhere."""
        event = rows.events[row]
        properties = _parts(event.properties)
        problems = rows.problems[row] or {}
        self.channels[row] = _channel(event.name, properties, problems) or self.channels[row]
        self.campaign_ids[row] = _label(properties, "campaign_id") or self.campaign_ids[row]
        self.order_ids[row] = _label(properties, "order_id")
        currency = self._currency(properties)
        self.revenues_minor[row] = revenue_minor = _revenue(properties, currency, problems)
        products = _products(properties, problems)
        if products:
            order = (rows.positions[row], rows.people[row], event.occurred_at, self.order_ids[row])
            self.items.add(products, order, currency)
        if products or revenue_minor is not None:
            self.currencies[row] = currency
        rows.problems[row] = problems or None
        return event.properties if products is None else _json(properties)

    def _currency(self, properties: dict[str, msgspec.Raw]) -> str:
        """An ISO 4217 code as given, or the installation's own."""
        value = _read(properties["currency"]) if "currency" in properties else None
        code = value.strip().upper() if isinstance(value, str) else ""
        return code if len(code) == 3 and code.isascii() and code.isalpha() else self.home_currency


def _channel(name: str, properties: dict[str, msgspec.Raw], problems: dict[str, str]) -> str | None:
    """The channel as it is said; in a word about consent, as it is meant."""
    if "channel" not in properties or (word := word_name(name)) not in CONSENT_WORDS:
        return _label(properties, "channel")
    return word_channel(_read(properties["channel"]), is_given=word == CONSENT_GIVEN, problems=problems)


def _label(properties: dict[str, msgspec.Raw], name: str) -> str | None:
    return label(_read(properties[name])) if name in properties else None


def _revenue(properties: dict[str, msgspec.Raw], currency: str, problems: dict[str, str]) -> int | None:
    if "revenue_minor" in properties:
        whole = _read(properties["revenue_minor"])
        if whole.__class__ is int and abs(whole) <= BIGINT_MAX:
            return int(whole)
    for name in _REVENUE:
        if name in properties and (value := _read(properties[name])) not in (None, ""):
            break
    else:
        return None
    amount_minor = read_minor(value, currency)
    if amount_minor is None and name == "revenue":  # "total" and "value" may mean anything in a brand's own events
        problems[name] = "malformed: not an amount of money"
    return amount_minor


def _products(properties: dict[str, msgspec.Raw], problems: dict[str, str]) -> list[Any] | None:
    """The lines, taken out of the properties; None if there is no list to take."""
    if "products" not in properties:
        return None
    products = _read(properties["products"])
    if products is None or isinstance(products, list):
        del properties["products"]
        return products or []
    problems["products"] = "malformed: not a list"
    return None


def _given(event: LoggedEvent) -> dict[str, str]:
    """The identifiers as they came, with an alias's previous id and a group's id."""
    given = dict(event.identifiers)
    if event.previous_id:
        given["previous_id"] = event.previous_id
    if event.group_id:
        given["group_id"] = event.group_id
    return given
