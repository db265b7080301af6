"""The money report: what each campaign cost and what it brought, with every order credited exactly once.

Definitions are in docs/guide/money.md, and are the docstrings below. All parts are read in one snapshot; the credits
of all rows, the "(none)" row included, add up to the conversions and revenue counted plainly (``is_reconciled``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from omniloom.analytics.credit import credits_of, model_named
from omniloom.analytics.model import MILLIONTHS
from omniloom.analytics.period import EVER, NEVER
from omniloom.core.errors import Invalid
from omniloom.core.event import MESSAGE_SENT, ORDER_COMPLETED
from omniloom.store import EventsTx, Row, Stores, query

By = Literal["campaign", "channel", "ad_group", "keyword"]
Kind = Literal["reached", "responded", "converted"]

UNSAID = "–"  # a channel, ad group or keyword that the touch or cost does not name
NONE_KEY = "(none)"  # the row of conversions that no touch claims
_COLUMNS = ("campaign_id", "channel", "ad_group", "keyword")
_LEVELS: dict[str, tuple[str, ...]] = {
    "campaign": ("campaign_id",),
    "channel": ("channel",),
    "ad_group": ("campaign_id", "channel", "ad_group"),
    "keyword": _COLUMNS,
    "total": (),
}
Key = tuple[str, ...]
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One campaign (channel, ad group, keyword), or the totals. A quotient without a divisor is None.

    ``reached``: people it touched in the period; ``responded``: those who did something themselves (clicked, came,
    redeemed a coupon). ``conversions``: credited, in parts; ``orders``: touched by it at all. ``new_customers``: its
    credit for first orders ever. ``cpa``: cost per person who responded; ``cpo``: per credited conversion; ``cac``:
    per credited new customer. ``roi`` = (revenue x margin - cost) / cost; ``romi`` = (revenue - cost) / cost;
    ``cost_share`` = cost / revenue.
    """

    key: str
    name: str
    campaign_id: str
    channel: str
    ad_group: str
    keyword: str
    reached: int
    responded: int
    conversions: float
    conversions_millionths: int
    orders: int
    revenue_minor: int
    cost_minor: int
    impressions: int
    clicks: int
    new_customers: float
    cpa_minor: int | None
    cpo_minor: int | None
    cac_minor: int | None
    roi: float | None
    romi: float | None
    cost_share: float | None


@dataclass(frozen=True, slots=True)
class MoneyReport:
    """The rows, what they add up to, and what they must add up to.

    ``totals`` sum all rows, the "(none)" row included; its quotients (CPO, CAC, ROI, ROMI, cost share) are those of the
    orders a campaign was credited with, since unclaimed orders cost nothing and would flatter every campaign.

    ``conversions`` and ``revenue_minor`` are counted plainly; ``credited`` and ``credited_minor`` are the sums over the
    rows. ``left_out``: conversions in other currencies than the report's.
    """

    rows: list[MoneyRow]
    totals: MoneyRow
    model: str
    by: str
    lookback_days: int
    currency: str
    conversions: int
    revenue_minor: int
    credited: float
    credited_minor: int
    is_reconciled: bool
    left_out: int


def money(  # noqa: PLR0913 - the terms of a report, each with its default
    stores: Stores,
    *,
    model: str = "last",
    lookback_days: int = 30,
    since: datetime | None = None,
    until: datetime | None = None,
    by: By = "campaign",
    margin: float = 1.0,
    currency: str | None = None,
    conversion: str = ORDER_COMPLETED,
) -> MoneyReport:
    """What campaigns cost and brought in a period.

    Shapes: ``since`` inclusive, ``until`` exclusive: conversions, touches counted as reach, and costs of those days.
        Touches that may claim a conversion reach back ``lookback_days`` before it, even before ``since``.
    Units:  ``currency`` None = that of most conversions; others are left out and counted.
    Errors: Invalid for an unknown model or level, a lookback or margin out of range.
    Cost:   one pass over conversions and touches per report, in the event store.
    """
    model_named(model)
    _check(by, lookback_days, margin)
    period = {"since": since or EVER, "until": until or NEVER}
    with stores.events.read() as tx:
        counted = tx.rows(query(__file__, "conversions"), conversion=conversion, **period)
        currency = currency or currency_of(tx, counted)
        terms = {**period, "currency": currency}
        asked = {**terms, "conversion": conversion, "lookback_us": timedelta(days=lookback_days) // _MICROSECOND}
        parts = _parts(tx, terms, tx.rows(credits_of(model), **asked, **_level(by)), by)
        total = _parts(tx, terms, [], "total").get(("", "", "", ""), {})
        names = {row["campaign_id"]: row for row in tx.rows(query(__file__, "campaign_names"))}
    rows = [_row(key, part, names, by=by, margin=margin) for key, part in parts.items()]
    rows.sort(key=lambda row: (row.key == NONE_KEY, -row.revenue_minor, -row.cost_minor, row.key))
    mine = [row for row in counted if row["currency"] in (currency, None)]
    conversions, revenue_minor = (sum(int(row[name]) for row in mine) for name in ("conversions", "revenue_minor"))
    credited, credited_minor = sum(r.conversions_millionths for r in rows), sum(r.revenue_minor for r in rows)
    return MoneyReport(
        rows, _totals(rows, total, conversions, margin), model, by, lookback_days, currency,
        conversions=conversions,
        revenue_minor=revenue_minor,
        credited=credited / MILLIONTHS,
        credited_minor=credited_minor,
        is_reconciled=credited == conversions * MILLIONTHS and credited_minor == revenue_minor,
        left_out=sum(int(row["conversions"]) for row in counted) - conversions,
    )  # fmt: skip


def people_of(  # noqa: PLR0913 - the terms of a report, each with its default
    stores: Stores,
    campaign_id: str,
    *,
    kind: Kind,
    rows_max: int,
    lookback_days: int = 30,
    since: datetime | None = None,
    until: datetime | None = None,
    conversion: str = ORDER_COMPLETED,
) -> list[int]:
    """The people behind a campaign's figure, latest first: reached, responded, or converted within the lookback."""
    _check("campaign", lookback_days, 1.0)
    asked: dict[str, Any] = {"campaign_id": campaign_id, "rows_max": rows_max}
    asked |= {"since": since or EVER, "until": until or NEVER}
    if kind == "converted":
        name = "people_converted"
        asked |= {"conversion": conversion, "lookback_us": timedelta(days=lookback_days) // _MICROSECOND}
    else:
        name = "people_touched"
        asked |= {"responses_only": kind == "responded"}
    with stores.events.read() as tx:
        return [int(row[0]) for row in tx.tuples(query(__file__, name), **asked)]


def _check(by: str, lookback_days: int, margin: float) -> None:
    if by not in _LEVELS or by == "total":
        raise Invalid(f"no report by {by!r}", hint="use campaign, channel, ad_group or keyword", field="by")
    if not 0 <= lookback_days <= 3650:
        raise Invalid(f"a lookback of {lookback_days} days", hint="use 0 to 3650 days", field="lookback_days")
    if not 0 < margin <= 1:
        raise Invalid(f"a margin of {margin}", hint="use a share above 0, at most 1", field="margin")


def currency_of(tx: EventsTx, counted: list[Row]) -> str:
    """The currency to report in: that of most conversions, else of most costs; '' before any of either."""
    known = [row["currency"] for row in counted if row["currency"]]
    known += [row["currency"] for row in tx.rows(query(__file__, "cost_currencies"))]
    return known[0] if known else ""


def _level(by: str) -> dict[str, bool]:
    return {f"with_{column.removesuffix('_id')}": column in _LEVELS[by] for column in _COLUMNS}


def _parts(tx: EventsTx, terms: dict[str, Any], credit: list[Row], by: str) -> dict[Key, Row]:
    """All that is known of each row of the report, by its key; the "(none)" row has the key ()."""
    period = {name: terms[name] for name in ("since", "until")}
    reach = tx.rows(query(__file__, "reach"), **period, **_level(by))
    spending = tx.rows(query(__file__, "spending"), message=MESSAGE_SENT, **terms, **_level(by))
    parts: dict[Key, Row] = {}
    for found in _each(credit, reach, spending):
        key = () if found.pop("is_none", False) else tuple(found[column] for column in _COLUMNS)
        parts.setdefault(key, {}).update(found)
    return parts


def _each(*results: list[Row]) -> Iterable[Row]:
    for rows in results:
        yield from rows


def _label(key: Key, by: str) -> str:
    """A row's key as one text: its columns in order, a dash for one that nobody said."""
    return " / ".join(text or UNSAID for column, text in zip(_COLUMNS, key, strict=True) if column in _LEVELS[by])


def _row(key: Key, part: Row, names: dict[str, Row], *, by: str, margin: float) -> MoneyRow:
    if not key:
        return _measured(NONE_KEY, NONE_KEY, dict.fromkeys(_COLUMNS, "") | part, margin)
    named = names.get(part["campaign_id"], {})
    name = " / ".join(text for text in (named.get("name") or key[0], *key[1:]) if text) or UNSAID
    return _measured(_label(key, by), name, {**part, "channel": part["channel"] or named.get("channel", "")}, margin)


def _totals(rows: list[MoneyRow], reach: Row, conversions: int, margin: float) -> MoneyRow:
    """All rows together; people are counted once, orders touched and quotients are those of rows with a campaign."""
    claimed = [row for row in rows if row.key != NONE_KEY]
    untouched = sum(row.orders for row in rows if row.key == NONE_KEY)
    part: Row = {**dict.fromkeys(_COLUMNS, ""), **reach}
    part["orders"] = conversions - untouched
    whole = _measured("total", "total", part | _summed(rows), margin)
    earned = _measured("total", "total", part | _summed(claimed), margin)
    quotients = ("cpo_minor", "cac_minor", "roi", "romi", "cost_share")
    return replace(whole, **{name: getattr(earned, name) for name in quotients})


def _summed(rows: list[MoneyRow]) -> Row:
    return {
        "credit": sum(row.conversions_millionths for row in rows),
        "revenue_minor": sum(row.revenue_minor for row in rows),
        "new_credit": sum(round(row.new_customers * MILLIONTHS) for row in rows),
    }


def _measured(key: str, name: str, part: Row, margin: float) -> MoneyRow:
    count = {field: int(part.get(field) or 0) for field in _COUNTS}
    cost, revenue = count["cost_minor"], count["revenue_minor"]
    return MoneyRow(
        key=key,
        name=name,
        campaign_id=part["campaign_id"],
        channel=part["channel"],
        ad_group=part["ad_group"],
        keyword=part["keyword"],
        reached=count["reached"],
        responded=count["responded"],
        orders=count["orders"],
        revenue_minor=revenue,
        cost_minor=cost,
        impressions=count["impressions"],
        clicks=count["clicks"],
        conversions=count["credit"] / MILLIONTHS,
        conversions_millionths=count["credit"],
        new_customers=count["new_credit"] / MILLIONTHS,
        cpa_minor=_per(cost, count["responded"]),
        cpo_minor=_per(cost * MILLIONTHS, count["credit"]),
        cac_minor=_per(cost * MILLIONTHS, count["new_credit"]),
        roi=(revenue * margin - cost) / cost if cost else None,
        romi=(revenue - cost) / cost if cost else None,
        cost_share=cost / revenue if cost and revenue > 0 else None,
    )


_COUNTS = (
    "reached", "responded", "orders", "revenue_minor", "cost_minor", "impressions", "clicks", "credit", "new_credit",
)  # fmt: skip


def _per(cost: int, count: int) -> int | None:
    """Minor units for one, rounded; None if there is none to divide by or nothing was paid."""
    return round(cost / count) if count and cost else None
