"""The first screen's figures, all from one snapshot of the event store."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from omniloom.analytics.money import currency_of
from omniloom.analytics.period import EVER, NEVER
from omniloom.core.event import (
    MESSAGE_BOUNCED,
    MESSAGE_CLICKED,
    MESSAGE_DELIVERED,
    MESSAGE_OPENED,
    MESSAGE_SENT,
    ORDER_COMPLETED,
    UNSUBSCRIBED,
)
from omniloom.store import EventsTx, Stores, query

WEEKS = 53  # a year of full ones, and the present one
OUTCOMES = [MESSAGE_SENT, MESSAGE_DELIVERED, MESSAGE_OPENED, MESSAGE_CLICKED, MESSAGE_BOUNCED, UNSUBSCRIBED]


@dataclass(frozen=True, slots=True)
class Week:
    """Orders and revenue of one week, named by its Monday (UTC)."""

    week_on: date
    orders: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class OrderChannel:
    """Orders made in one channel; ``people`` made them. '' = the orders do not say."""

    channel: str
    orders: int
    revenue_minor: int
    people: int


@dataclass(frozen=True, slots=True)
class Stage:
    """How many people have come so far: known, contacted, responded, bought, bought_again."""

    key: str
    people: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The installation at a glance. ``customers`` are distinct people with any event, merges followed.

    ``repeat_rate``: of those who bought, the share that bought again; None before the first order. ``outcomes``: events
    of messages by channel and name. ``orders`` and ``revenue_minor`` are those in ``currency``.
    """

    customers: int
    orders: int
    revenue_minor: int
    currency: str
    repeat_rate: float | None
    weeks: list[Week]
    channels: list[OrderChannel]
    outcomes: dict[str, dict[str, int]]
    stages: list[Stage]
    events_day: int
    events_week: int
    last_event_at: datetime | None


def overview(
    stores: Stores, *, now: datetime, currency: str | None = None, conversion: str = ORDER_COMPLETED
) -> Overview:
    """The key figures; weeks are the last 52 full ones and the present one, with the empty ones.

    Units: ``currency`` None = that of most orders.
    """
    with stores.events.read() as tx:
        counted = tx.rows(query(__file__, "conversions"), conversion=conversion, since=EVER, until=NEVER)
        currency = currency or currency_of(tx, counted)
        mine = [row for row in counted if row["currency"] in (currency, None)]
        people = tx.rows(query(__file__, "people_totals"), conversion=conversion)[0]
        channels = tx.rows(query(__file__, "order_channels"), conversion=conversion, currency=currency)
        recent = tx.rows(
            query(__file__, "recent"), now=now, day_ago=now - timedelta(days=1), week_ago=now - timedelta(days=7)
        )[0]
        outcomes: dict[str, dict[str, int]] = {}
        for row in tx.rows(query(__file__, "message_outcomes"), names=OUTCOMES):
            outcomes.setdefault(row["channel"], {})[row["name"]] = row["events"]
        weeks = _weeks(tx, now, currency, conversion)
    return Overview(
        customers=people["known"],
        orders=sum(int(row["conversions"]) for row in mine),
        revenue_minor=sum(int(row["revenue_minor"]) for row in mine),
        currency=currency,
        repeat_rate=people["bought_again"] / people["bought"] if people["bought"] else None,
        weeks=weeks,
        channels=[OrderChannel(**row) for row in channels],
        outcomes=outcomes,
        stages=[Stage(key, people[key]) for key in ("known", "contacted", "responded", "bought", "bought_again")],
        events_day=recent["events_day"],
        events_week=recent["events_week"],
        last_event_at=recent["last_at"],
    )


def _weeks(tx: EventsTx, now: datetime, currency: str, conversion: str) -> list[Week]:
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    since, until = (datetime.combine(day, time(), UTC) for day in (first, monday + timedelta(weeks=1)))
    rows = tx.rows(query(__file__, "weeks"), conversion=conversion, currency=currency, since=since, until=until)
    found = {row["week_on"]: Week(**row) for row in rows}
    return [found.get(day, Week(day, 0, 0)) for day in (first + timedelta(weeks=week) for week in range(WEEKS))]
