"""Costs: what was paid, by day, channel, campaign, ad group and keyword.

A load replaces the keys it names and leaves the rest, so importing the same file twice changes nothing; rows of one
load with the same key add up (an export by advert or by hour is finer than we keep).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa

from omniloom.core.errors import Invalid
from omniloom.core.ids import digest
from omniloom.core.money import to_minor
from omniloom.core.text import clean
from omniloom.store import Stores, query

COST_FIELDS = (
    "day", "channel", "campaign_id", "ad_group", "keyword", "cost", "cost_minor", "currency", "impressions", "clicks",
)  # fmt: skip
_AMOUNT_MAX = 10**15  # minor units of one row; beyond it is a slip of units, not a cost

_SCHEMA = pa.schema(
    [("cost_key", pa.string()), ("day", pa.date32()), ("channel", pa.string()), ("campaign_id", pa.string()),
     ("ad_group", pa.string()), ("keyword", pa.string()), ("cost_minor", pa.int64()), ("currency", pa.string()),
     ("impressions", pa.int64()), ("clicks", pa.int64()), ("updated_at", pa.timestamp("us"))]
)  # fmt: skip
_FORGET = query(__file__, "forget_costs")


def load_costs(stores: Stores, batches: Iterable[Sequence[Mapping[str, Any]]], *, now: datetime, currency: str) -> int:
    """Write costs; the number of keys written.

    Shapes: batches of rows with day, channel or campaign_id (or both), and either cost (major units) or cost_minor;
        ad_group, keyword, impressions, clicks and currency may be absent. One call is one load, all or nothing of it.
    Units:  ``currency`` is that of rows that do not say theirs.
    Errors: Invalid names the row (from 1) and the field.
    """
    found: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(chain.from_iterable(batches), start=1):
        cost = _cost(row, number=number, currency=currency)
        if (known := found.setdefault(cost["cost_key"], cost)) is not cost:
            for amount in ("cost_minor", "impressions", "clicks"):
                known[amount] += cost[amount]
    if not found:
        return 0
    updated_at = now.replace(tzinfo=None)
    table = pa.Table.from_pylist([{**cost, "updated_at": updated_at} for cost in found.values()], schema=_SCHEMA)
    with stores.events.write() as tx:
        tx.stage("cost", table)
        tx.run(_FORGET)
        tx.append("analytics_cost", table)
    return len(found)


def _cost(row: Mapping[str, Any], *, number: int, currency: str) -> dict[str, Any]:
    try:
        return _read(row, currency)
    except Invalid as error:
        raise Invalid(f"row {number}: {error.message}", hint=error.hint, **{**error.facts, "row": number}) from error


def _read(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    if unknown := set(row) - set(COST_FIELDS):
        field = min(unknown)
        raise Invalid(f"{field} is not a field of a cost", hint=f"use {', '.join(COST_FIELDS)}", field=field)
    keys = {name: _text(row, name) for name in ("channel", "campaign_id", "ad_group", "keyword")}
    if not keys["channel"] and not keys["campaign_id"]:
        raise Invalid("channel and campaign_id are missing", hint="a cost belongs to one of them", field="channel")
    code = (_text(row, "currency") or currency).upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise Invalid(f"currency {code!r} is not one", hint="use three letters, such as RUB", field="currency")
    day = _day(row.get("day"))
    amounts = {name: _whole(row.get(name) or 0, name) for name in ("impressions", "clicks")}
    return {
        "cost_key": digest(day.isoformat(), code, *keys.values()),
        "day": day, **keys, "cost_minor": _amount(row, code), "currency": code, **amounts,
    }  # fmt: skip


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    return "" if value is None else clean(str(value), field=field).strip()


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError as error:
        raise Invalid(f"day {value!r} is not a day", hint="write it as 2026-11-21", field="day") from error


def _amount(row: Mapping[str, Any], currency: str) -> int:
    given = [name for name in ("cost", "cost_minor") if row.get(name) not in (None, "")]
    if len(given) != 1:
        raise Invalid(
            "cost is missing" if not given else "both cost and cost_minor are given",
            hint="give cost in major units (12.50) or cost_minor in minor ones (1250)",
            field="cost",
        )
    field = given[0]
    if field == "cost_minor":
        return _whole(row[field], field)
    if isinstance(row[field], bool):
        raise Invalid("cost is not an amount of money", hint="use digits with a dot, such as 12.50", field=field)
    try:
        amount = to_minor(row[field], currency)
    except Invalid as error:
        raise Invalid(f"cost is {error.message}", hint=error.hint, field=field) from error
    return _within(amount, field)


def _whole(value: Any, field: str) -> int:
    try:
        exact = Decimal(str(value)) if not isinstance(value, bool) else Decimal("nan")
        whole = int(exact)
    except (ArithmeticError, ValueError) as error:
        raise Invalid(f"{field} {value!r} is not a whole number", hint="use digits only", field=field) from error
    if whole != exact:
        raise Invalid(f"{field} {value!r} is not a whole number", hint="use digits only", field=field)
    return _within(whole, field)


def _within(amount: int, field: str) -> int:
    if not 0 <= amount <= _AMOUNT_MAX:
        raise Invalid(f"{field} {amount} is out of range", hint="costs and counts are not negative", field=field)
    return amount
