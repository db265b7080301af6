"""Resolved events as columns for the event store: hot properties get their own column, the rest stays JSON.

Values come from outside and may be anything JSON can hold. A value that does not fit its column leaves the column
empty and is named in ``problems``; it never stops the batch. Source: Segment's e-commerce properties.
"""

from typing import Any

import msgspec
import pyarrow as pa

from omniloom.core.event import OWN_SOURCE_ID, LoggedEvent
from omniloom.identity.items import Items
from omniloom.identity.kind import Level
from omniloom.identity.times import read_times
from omniloom.identity.value import BIGINT_MAX, label, read_minor

_REVENUE = ("revenue", "total", "value")  # the first that is given counts
_SCHEMA = pa.schema([
    ("position", pa.int64()), ("source_id", pa.string()), ("message_id", pa.string()), ("type", pa.string()),
    ("name", pa.string()), ("occurred_at", pa.string()), ("received_at", pa.string()), ("person_id", pa.int64()),
    ("channel", pa.string()), ("campaign_id", pa.string()), ("order_id", pa.string()), ("revenue_minor", pa.int64()),
    ("currency", pa.string()), ("identifiers", pa.string()), ("properties", pa.string()), ("context", pa.string()),
    ("problems", pa.string()), ("confidence", pa.int8()),
])  # fmt: skip
_HOT = frozenset(("channel", "campaign_id", "order_id", "currency", "revenue_minor", "products", *_REVENUE))
_NOT_HOT: tuple[str | None, int | None, str | None] = (
    None,
    None,
    None,
)  # order id, revenue and currency of an event that tells none
_ABOUT_PERSON = frozenset(("identify", "group"))
_WITH_MORE_IDS = frozenset(("alias", "group"))
_CONTEXTS_MAX = 10_000
_WITHOUT = (None, None, None)  # channel, campaign and confidence of a context that says none

_json = msgspec.json.Encoder().encode
_read = msgspec.json.decode
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Columns:
    """Collects resolved events of one batch and gives them as Arrow tables."""

    def __init__(self, home_currency: str) -> None:
        self._home_currency = home_currency
        self._rows: list[tuple[Any, ...]] = []
        self._items = Items()
        self._contexts: dict[bytes, tuple[str | None, str | None, int | None]] = {}  # neighbours often share one

    def add(
        self, position: int, event: LoggedEvent, person_id: int, *, confidence: int, problems: dict[str, str] | None
    ) -> None:
        """One event of one person (``claim.NOBODY``: of none)."""
        properties = _parts(event.properties)
        body = _parts(event.traits) if event.type in _ABOUT_PERSON else properties
        context = bytes(event.context)
        channel, campaign_id, said = self._contexts.get(context) or self._read_context(context)
        hot = _NOT_HOT
        if not _HOT.isdisjoint(properties):
            channel = _label(properties, "channel") or channel
            campaign_id = _label(properties, "campaign_id") or campaign_id
            problems = problems or {}
            hot = self._read_order((position, person_id, event.occurred_at), properties, problems)
        if said is not None and event.source_id == OWN_SOURCE_ID:
            confidence = max(confidence, said)
        given = event.identifiers if event.type not in _WITH_MORE_IDS else _given(event)
        self._rows.append((
            position, event.source_id, event.message_id, event.type, event.name, event.occurred_at, event.received_at,
            person_id, channel, campaign_id, *hot, _json(given), _json(body), context,
            _json(problems) if problems else None, confidence,
        ))  # fmt: skip

    def _read_order(
        self, event: tuple[int, int, str], properties: dict[str, msgspec.Raw], problems: dict[str, str]
    ) -> tuple[str | None, int | None, str | None]:
        """Order id, revenue and currency; its lines, if any, become items. ``event``: position, person, instant."""
        order_id = _label(properties, "order_id")
        currency = self._currency(properties)
        revenue_minor = _revenue(properties, currency, problems)
        products = _products(properties, problems) if "products" in properties else []
        if products:
            self._items.add(products, (*event, order_id), currency)
        return order_id, revenue_minor, currency if products or revenue_minor is not None else None

    def events(self) -> pa.Table:
        """Rows of identity_event."""
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(_SCHEMA)
        arrays = [pa.array(column, field.type) for field, column in zip(_SCHEMA, columns, strict=True)]
        timed = [
            read_times(array) if field.name.endswith("_at") else array
            for field, array in zip(_SCHEMA, arrays, strict=True)
        ]
        return pa.Table.from_arrays(timed, names=_SCHEMA.names)

    def items(self) -> pa.Table:
        """Rows of identity_item."""
        return self._items.table()

    def _read_context(self, text: bytes) -> tuple[str | None, str | None, int | None]:
        """The channel, campaign and confidence that a context names."""
        found: tuple[str | None, str | None, int | None] = _WITHOUT
        if b'"channel"' in text or b'"campaign"' in text or b'"confidence"' in text:
            context = _read(text)
            campaign = context.get("campaign")
            if not isinstance(campaign, dict):
                campaign = {}
            said = context.get("confidence")
            level = said if said.__class__ is int and said in list(Level) else None
            found = (label(context.get("channel")), label(campaign.get("id")) or label(campaign.get("name")), level)
        if len(self._contexts) >= _CONTEXTS_MAX:
            self._contexts.clear()
        self._contexts[text] = found
        return found

    def _currency(self, properties: dict[str, msgspec.Raw]) -> str:
        """An ISO 4217 code as given, or the installation's own."""
        value = _read(properties["currency"]) if "currency" in properties else None
        code = value.strip().upper() if isinstance(value, str) else ""
        return code if len(code) == 3 and code.isascii() and code.isalpha() else self._home_currency


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


def _products(properties: dict[str, msgspec.Raw], problems: dict[str, str]) -> list[Any]:
    products = _read(properties["products"])
    if products is None or isinstance(products, list):
        del properties["products"]
        return products or []
    problems["products"] = "malformed: not a list"
    return []


def _given(event: LoggedEvent) -> dict[str, str]:
    """The identifiers as they came, with an alias's previous id and a group's id."""
    given = dict(event.identifiers)
    if event.previous_id:
        given["previous_id"] = event.previous_id
    if event.group_id:
        given["group_id"] = event.group_id
    return given
