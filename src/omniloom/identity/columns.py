"""Resolved events as columns for the event store: hot properties get their own column, the rest stays JSON.

Values come from outside and may be anything JSON can hold. A value that does not fit its column leaves the column
empty and is named in ``problems``; it never stops the batch. Source: Segment's e-commerce properties.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa

from omniloom.core.clock import micros
from omniloom.core.errors import Invalid
from omniloom.core.event import Event
from omniloom.core.money import to_minor
from omniloom.identity.claim import NOBODY, Claim

_BIGINT_MAX = (1 << 63) - 1
_REVENUE = ("revenue", "total", "value")
_EVENT_SCHEMA = pa.schema([
    ("position", pa.int64()), ("source_id", pa.string()), ("message_id", pa.string()), ("type", pa.string()),
    ("name", pa.string()), ("occurred_at", pa.int64()), ("received_at", pa.int64()), ("person_id", pa.int64()),
    ("channel", pa.string()), ("campaign_id", pa.string()), ("order_id", pa.string()), ("revenue_minor", pa.int64()),
    ("currency", pa.string()), ("identifiers", pa.string()), ("properties", pa.string()), ("context", pa.string()),
    ("problems", pa.string()),
])  # fmt: skip
_ITEM_SCHEMA = pa.schema([
    ("position", pa.int64()), ("line", pa.int64()), ("person_id", pa.int64()), ("occurred_at", pa.int64()),
    ("order_id", pa.string()), ("product_id", pa.string()), ("quantity", pa.float64()), ("amount_minor", pa.int64()),
    ("properties", pa.string()),
])  # fmt: skip

_json = msgspec.json.Encoder().encode


class Columns:
    """Collects resolved events of one batch and gives them as Arrow tables."""

    def __init__(self, home_currency: str) -> None:
        self._home_currency = home_currency
        self._events: list[tuple[Any, ...]] = []
        self._items: list[tuple[Any, ...]] = []

    def add(self, claim: Claim, person_id: int | None) -> None:
        """One event of one person (None: nobody)."""
        event = claim.event
        problems = dict(claim.problems)
        properties = event.properties
        products = properties.pop("products", None)
        person_id = NOBODY if person_id is None else person_id
        order_id = label(properties.get("order_id"))
        currency = _currency(properties.get("currency"), self._home_currency)
        revenue_minor = _revenue(properties, currency, problems)
        at = micros(event.occurred_at)
        if isinstance(products, list) and products:
            self._add_items(products, (claim.position, person_id, at, order_id), currency)
        elif products:
            problems["products"] = "malformed: not a list"
        body = event.traits if event.type in ("identify", "group") else properties
        self._events.append((
            claim.position, event.source_id, event.message_id, event.type, event.name, at, micros(event.received_at),
            person_id, _channel(event), _campaign(event), order_id, revenue_minor,
            currency if products or revenue_minor is not None else None,
            _json(_given(event)), _json(body), _json(event.context), _json(problems) if problems else None,
        ))  # fmt: skip

    def events(self) -> pa.Table:
        """Rows of identity_event."""
        return _table(self._events, _EVENT_SCHEMA)

    def items(self) -> pa.Table:
        """Rows of identity_item."""
        return _table(self._items, _ITEM_SCHEMA)

    def _add_items(self, products: list[Any], order: tuple[int, int, int, str | None], currency: str) -> None:
        position, person_id, at, order_id = order
        add, encode = self._items.append, _json
        for line, product in enumerate(products):
            if not isinstance(product, dict):
                add((position, line, person_id, at, order_id, None, None, None, encode({"product": product})))
                continue
            take = product.pop
            product_id = label(take("product_id", None)) or label(take("sku", None))
            quantity = _quantity(take("quantity", None))
            amount = take("amount", None)
            if amount is None:
                amount_minor = _line_minor(product.get("price"), quantity, currency)
            else:
                amount_minor = minor(amount, currency) if isinstance(amount, (int, float, str)) else None
            add((position, line, person_id, at, order_id, product_id, quantity, amount_minor, encode(product)))


def label(value: Any) -> str | None:
    """A property used as an id or a name: text, or a number as text; anything else is none."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return str(value)


@lru_cache(maxsize=1 << 16, typed=True)
def minor(amount: int | float | str, currency: str) -> int | None:
    """Minor units of an amount; None if it is none or beyond 64 bits. Cached: prices repeat."""
    if isinstance(amount, bool):
        return None
    try:
        value = to_minor(amount, currency)
    except Invalid:
        return None
    return value if -_BIGINT_MAX <= value <= _BIGINT_MAX else None


def _line_minor(price: Any, quantity: float | None, currency: str) -> int | None:
    if quantity is None or isinstance(price, bool) or not isinstance(price, (int, float, str)):
        return None
    try:
        return minor(str(Decimal(str(price)) * Decimal(repr(quantity))), currency)
    except InvalidOperation:
        return None


def _quantity(value: Any) -> float | None:
    """How many; one if not said, None if not a number."""
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def _currency(value: Any, home: str) -> str:
    """An ISO 4217 code as given, or the installation's own."""
    if isinstance(value, str) and len(value.strip()) == 3 and value.strip().isalpha():
        return value.strip().upper()
    return home


def _revenue(properties: dict[str, Any], currency: str, problems: dict[str, str]) -> int | None:
    whole = properties.get("revenue_minor")
    if isinstance(whole, int) and not isinstance(whole, bool) and abs(whole) <= _BIGINT_MAX:
        return whole
    for name in _REVENUE:
        value = properties.get(name)
        if value is None or value == "":
            continue
        amount = minor(value, currency) if isinstance(value, (int, float, str)) else None
        if amount is not None or name == "revenue":
            if amount is None:
                problems[name] = "malformed: not an amount of money"
            return amount
    return None


def _channel(event: Event) -> str | None:
    return label(event.properties.get("channel")) or label(event.context.get("channel"))


def _campaign(event: Event) -> str | None:
    given = label(event.properties.get("campaign_id"))
    campaign = event.context.get("campaign")
    if given or not isinstance(campaign, dict):
        return given
    return label(campaign.get("id")) or label(campaign.get("name"))


def _given(event: Event) -> dict[str, str]:
    """The identifiers as they came, with an alias's previous id and a group's id."""
    given = dict(event.identifiers)
    if event.previous_id:
        given["previous_id"] = event.previous_id
    if event.group_id:
        given["group_id"] = event.group_id
    return given


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = []
    for field, column in zip(schema, columns, strict=True):
        array = pa.array(column, type=field.type)
        arrays.append(array.view(pa.timestamp("us")) if field.name.endswith("_at") else array)
    return pa.Table.from_arrays(arrays, names=schema.names)
