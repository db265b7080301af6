"""Resolved events as columns for the event store: hot properties get their own column, the rest stays JSON.

Values come from outside and may be anything JSON can hold. A value that does not fit its column leaves the column
empty and is named in ``problems``; it never stops the batch. Source: Segment's e-commerce properties.
"""

from typing import Any

import msgspec
import pyarrow as pa

from omniloom.core.clock import micros
from omniloom.core.event import Event
from omniloom.identity.claim import NOBODY, Claim
from omniloom.identity.items import Items
from omniloom.identity.value import BIGINT_MAX, label, read_minor

_REVENUE = ("revenue", "total", "value")  # the first that is given counts
_SCHEMA = pa.schema([
    ("position", pa.int64()), ("source_id", pa.string()), ("message_id", pa.string()), ("type", pa.string()),
    ("name", pa.string()), ("occurred_at", pa.int64()), ("received_at", pa.int64()), ("person_id", pa.int64()),
    ("channel", pa.string()), ("campaign_id", pa.string()), ("order_id", pa.string()), ("revenue_minor", pa.int64()),
    ("currency", pa.string()), ("identifiers", pa.string()), ("properties", pa.string()), ("context", pa.string()),
    ("problems", pa.string()),
])  # fmt: skip

_json = msgspec.json.Encoder().encode


class Columns:
    """Collects resolved events of one batch and gives them as Arrow tables."""

    def __init__(self, home_currency: str) -> None:
        self._home_currency = home_currency
        self._rows: list[tuple[Any, ...]] = []
        self._items = Items()

    def add(self, claim: Claim, person_id: int | None) -> None:
        """One event of one person (None: nobody). The event's properties are used up."""
        event, problems = claim.event, claim.problems
        properties = event.properties
        person_id = NOBODY if person_id is None else person_id
        at = micros(event.occurred_at)
        order_id = label(properties.get("order_id"))
        home = self._home_currency
        currency = _currency(properties["currency"], home) if "currency" in properties else home
        revenue_minor = _revenue(properties, currency, problems)
        products = _products(properties, problems) if "products" in properties else []
        if products:
            self._items.add(products, (claim.position, person_id, at, order_id), currency)
        body = event.traits if event.type in ("identify", "group") else properties
        self._rows.append((
            claim.position, event.source_id, event.message_id, event.type, event.name, at, micros(event.received_at),
            person_id, _channel(event), _campaign(event), order_id, revenue_minor,
            currency if products or revenue_minor is not None else None,
            _json(_given(event)), _json(body), _json(event.context), _json(problems) if problems else None,
        ))  # fmt: skip

    def events(self) -> pa.Table:
        """Rows of identity_event."""
        columns = ([row[number] for row in self._rows] for number in range(len(_SCHEMA)))
        arrays = [pa.array(column, field.type) for field, column in zip(_SCHEMA, columns, strict=True)]
        timed = [
            array.view(pa.timestamp("us")) if field.name.endswith("_at") else array
            for field, array in zip(_SCHEMA, arrays, strict=True)
        ]
        return pa.Table.from_arrays(timed, names=_SCHEMA.names)

    def items(self) -> pa.Table:
        """Rows of identity_item."""
        return self._items.table()


def _currency(value: Any, home: str) -> str:
    """An ISO 4217 code as given, or the installation's own."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if len(code) == 3 and code.isascii() and code.isalpha() else home


def _revenue(properties: dict[str, Any], currency: str, problems: dict[str, str]) -> int | None:
    whole = properties.get("revenue_minor")
    if whole.__class__ is int and abs(whole) <= BIGINT_MAX:
        return int(whole)
    for name in _REVENUE:
        if properties.get(name) not in (None, ""):
            break
    else:
        return None
    amount_minor = read_minor(properties[name], currency)
    if amount_minor is None and name == "revenue":  # "total" and "value" may mean anything in a brand's own events
        problems[name] = "malformed: not an amount of money"
    return amount_minor


def _products(properties: dict[str, Any], problems: dict[str, str]) -> list[Any]:
    products = properties.pop("products")
    if products is None or isinstance(products, list):
        return products or []
    problems["products"] = "malformed: not a list"
    properties["products"] = products
    return []


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
    if not event.previous_id and not event.group_id:
        return event.identifiers
    given = dict(event.identifiers)
    if event.previous_id:
        given["previous_id"] = event.previous_id
    if event.group_id:
        given["group_id"] = event.group_id
    return given
