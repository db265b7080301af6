"""Definitions as queries over the event store. Only constants of this room and named placeholders make up the text.

Each condition becomes its own query with its filters pushed down to one scan (17 ms each at 20M rows), and set
operations combine them. Merged people are one person because only the resolving views are read.

Shapes: identity_history, identity_history_item, profiles_trait_current, catalog_product -> distinct person_id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED
from omniloom.core.money import currencies_with, to_minor
from omniloom.segments.comparison import (
    EVENT,
    LINE,
    PRODUCT,
    Params,
    comparison,
    event_filter,
    is_towards_us,
    product_column,
    property_number,
    purpose_said,
    trait_column,
)  # fmt: skip
from omniloom.segments.definition import (
    AllOf,
    AnyOf,
    Bounds,
    Condition,
    ConsentIs,
    Did,
    InSegment,
    Not,
    Total,
    TraitHas,
)  # fmt: skip
from omniloom.segments.operator import known_operators
from omniloom.segments.people import People, complement, intersection, person_id, select, union

MARKETING = "marketing"  # consents mean what they mean in the profiles room
EVERY_CHANNEL = "*"
LINE_TOTALS = {"amount": "amount_minor", "quantity": "quantity"}  # sums over an event's product lines
MONEY_TOTALS = ("revenue", "amount")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query of distinct ``person_id`` and the values of its placeholders."""

    tree: exp.Select
    params: dict[str, Any]


def compile_people(
    condition: Condition, *, now: datetime, segments: Mapping[str, Condition], is_among_staged: bool = False
) -> Compiled:
    """The people of a condition at one instant.

    Shapes: ``segments`` holds the condition of every segment the tree names (directly or through another), acyclic;
            ``is_among_staged`` asks only about the people in the staged table ``stage_among`` (person_id).
    """
    compiler = Compiler(now, segments, is_among_staged=is_among_staged)
    return compiler.finish(compiler.listed(compiler.people(condition)))


class Compiler:
    """One compilation: its placeholders, and the shared sub-queries (named segments, everyone) found on the way."""

    def __init__(self, now: datetime, segments: Mapping[str, Condition], *, is_among_staged: bool = False) -> None:
        self.params = Params(now)
        self._segments = segments
        self._is_among_staged = is_among_staged
        self._shared: dict[str, exp.Query] = {}
        self._names: dict[str, str] = {}

    def people(self, condition: Condition) -> People:
        """Who meets the condition."""
        match condition:
            case AllOf(parts):
                return intersection([self.people(part) for part in parts])
            case AnyOf(parts):
                return union([self.people(part) for part in parts])
            case Not(part):
                return complement(self.people(part))
            case TraitHas():
                return self._trait(condition)
            case Did():
                done = self._did(condition)
                return done if condition.is_done else complement(done)
            case ConsentIs():
                given = People(self._consent(condition))
                return given if condition.is_given else complement(given)
            case InSegment(segment):
                return People(self._member(segment))

    def listed(self, people: People) -> exp.Query:
        """The people as a list; a complement is taken from everyone: whoever has a trait has the event that gave it."""
        if not people.is_complement:
            return people.query
        if "everyone" not in self._shared:
            history = select(person_id(), source=exp.to_table("identity_history"))
            self._shared["everyone"] = history.where(*self._asked()).distinct()
        everyone = People(select(person_id(), source=exp.to_table("everyone")))
        return intersection([everyone, people]).query

    def finish(self, query: exp.Query) -> Compiled:
        """The query with the shared sub-queries it leans on."""
        whole = select(person_id(), source=query.subquery("s"))
        for name, shared in self._shared.items():
            whole = whole.with_(name, as_=shared, copy=False)
        return Compiled(whole, self.params.values)

    def _member(self, segment: str) -> exp.Query:
        if segment not in self._names:
            members = self.listed(self.people(self._segments[segment]))
            self._names[segment] = f"segment_{len(self._names)}"
            self._shared[self._names[segment]] = members
        return select(person_id(), source=exp.to_table(self._names[segment]))

    def _trait(self, condition: TraitHas) -> People:
        """If a missing trait passes too, then everyone but those whose trait does not pass."""
        tests = condition.tests
        missing_passes = all(known_operators()[test.operator].matches(None, test.argument) for test in tests)
        passes = exp.and_(*(comparison(test, trait_column(test.kind), self.params, is_folded=True) for test in tests))
        row = exp.EQ(this=exp.column("key"), expression=self.params.bind(condition.key))
        query = select(person_id(), source=exp.to_table("profiles_trait_current"))
        query = query.where(row, exp.not_(passes) if missing_passes else passes, *self._asked())
        return People(query, missing_passes)

    def _did(self, did: Did) -> People:
        """Once is enough, or by count, by total, or both."""
        sets: list[exp.Query] = []
        if did.count is not None:
            rows = grouped(self.events(did), person_id(EVENT))
            sets.append(rows.having(*self._within(exp.Count(this=exp.Star()), did.count)))
        if did.total is not None:
            sets.append(self._total(did, did.total))
        if not sets:
            sets.append(self.events(did).select(person_id(EVENT)).distinct())
        return intersection([People(query) for query in sets])

    def _total(self, did: Did, total: Total) -> exp.Query:
        events = self.by_total(did, total)
        column = self.summed(total)
        if total.of not in MONEY_TOTALS:
            return grouped(events, person_id(EVENT)).having(*self._within(exp.Sum(this=column), total.bounds))
        currency = exp.column("currency", EVENT)
        if total.currency is not None:
            return grouped(events, person_id(EVENT)).having(*self._within_money(exp.Sum(this=column), total))
        rows = grouped(events, person_id(EVENT), currency)
        return rows.having(*self._within_money(exp.Sum(this=column), total)).distinct()

    def by_total(self, did: Did, total: Total) -> exp.Select:
        """The rows a total adds up, without columns yet: events or their lines, of its currency if it names one."""
        events = self.events(did, is_by_line=total.of in LINE_TOTALS)
        if total.currency is None or total.of not in MONEY_TOTALS:
            return events
        currency = exp.column("currency", EVENT)
        return events.where(exp.EQ(this=currency, expression=self.params.bind(total.currency)))

    def summed(self, total: Total) -> exp.Expr:
        """What a total adds up: minor units, a quantity, or a numeric property."""
        if total.of in LINE_TOTALS:
            return exp.column(LINE_TOTALS[total.of], LINE)
        if total.of == "revenue":
            return exp.column("revenue_minor", EVENT)
        return property_number(total.of, self.params)

    def events(self, did: Did, *, is_by_line: bool = False) -> exp.Select:
        """The matching events, without columns yet; one row per matching product line if ``is_by_line``."""
        rows = exp.Select().from_(exp.alias_(exp.to_table("identity_history"), EVENT, table=True))
        name = exp.EQ(this=exp.column("name", EVENT), expression=self.params.bind(did.event))
        filters = [found for part in did.where for found in event_filter(part, self.params)]
        rows = rows.where(name, *self._window(did), *filters, *self._asked(EVENT))
        if is_by_line:
            lines = exp.alias_(exp.to_table("identity_history_item"), LINE, table=True)
            same_event = exp.EQ(this=exp.column("position", LINE), expression=exp.column("position", EVENT))
            return rows.join(lines, on=same_event).where(*self._lines(did))
        if not did.products:
            return rows
        lines = exp.alias_(exp.to_table("identity_history_item"), LINE, table=True)
        positions = select(exp.column("position", LINE), source=lines).where(*self._lines(did))
        return rows.where(exp.In(this=exp.column("position", EVENT), query=positions.subquery()))

    def _window(self, did: Did) -> list[exp.Expr]:
        """The window's bounds; the future never counts."""
        at = exp.column("occurred_at", EVENT)
        limits: list[exp.Expr] = [exp.LTE(this=at, expression=self.params.bind(self.params.now))]
        start, end = did.window.bounds(self.params.now) if did.window else (None, None)
        if start is not None:
            limits.append(exp.GTE(this=at.copy(), expression=self.params.bind(start)))
        if end is not None:
            limits.append(exp.LT(this=at.copy(), expression=self.params.bind(end)))
        return limits

    def _lines(self, did: Did) -> list[exp.Expr]:
        """Conditions on one product line: its product is among those of the catalogue, or has the very id."""
        limits: list[exp.Expr] = []
        of_line = exp.column("product_id", LINE)
        for part in did.products:
            if part.field == "id":
                limits += [comparison(test, of_line.copy(), self.params, is_folded=False) for test in part.tests]
        described = [part for part in did.products if part.field != "id"]
        if described:
            catalogue = exp.alias_(exp.to_table("catalog_product"), PRODUCT, table=True)
            tests = [
                comparison(test, product_column(part.field, test.kind), self.params, is_folded=False)
                for part in described
                for test in part.tests
            ]
            products = select(exp.column("product_id", PRODUCT), source=catalogue).where(*tests)
            limits.append(exp.In(this=of_line.copy(), query=products.subquery()))
        return limits

    def _consent(self, consent: ConsentIs) -> exp.Query:
        """Whose latest word is yes; at one instant a withdrawal wins, as in the profiles room."""
        is_given = exp.EQ(this=exp.column("name", EVENT), expression=self.params.bind(CONSENT_GIVEN))
        latest = exp.Tuple(expressions=[said_at(), exp.Not(this=is_given.copy())])
        rows = grouped(self.consent_events(consent), person_id(EVENT))
        return rows.having(exp.ArgMax(this=is_given, expression=latest))

    def consent_events(self, consent: ConsentIs) -> exp.Select:
        """What the person said about the channel and purpose; leaving a list counts for marketing."""
        name, said = exp.column("name", EVENT), [CONSENT_GIVEN, CONSENT_WITHDRAWN]
        wanted = self.params.bind(consent.purpose.strip().lower())
        is_about: exp.Expr = exp.EQ(this=purpose_said(self.params, or_else=MARKETING), expression=wanted)
        if consent.purpose == MARKETING:
            said.append(UNSUBSCRIBED)
            is_about = exp.or_(exp.EQ(this=name.copy(), expression=self.params.bind(UNSUBSCRIBED)), is_about)
        # A withdrawal that names no channel is about every channel; a consent that names none gives nothing.
        unnamed = exp.case().when(
            exp.NEQ(this=name.copy(), expression=self.params.bind(CONSENT_GIVEN)), self.params.bind(EVERY_CHANNEL)
        )
        channel = exp.Coalesce(this=exp.column("channel", EVENT), expressions=[unnamed])
        rows = exp.Select().from_(exp.alias_(exp.to_table("identity_history"), EVENT, table=True))
        return rows.where(
            exp.In(this=name.copy(), expressions=[self.params.bind(said)]),
            exp.In(this=channel, expressions=[self.params.bind([consent.channel, EVERY_CHANNEL])]),
            exp.and_(is_about, is_towards_us(self.params)),
            exp.LTE(this=said_at(), expression=self.params.bind(self.params.now)),
            *self._asked(EVENT),
        )

    def _asked(self, table: str | None = None) -> list[exp.Expr]:
        """The filter that leaves only the people asked about: it goes to every scan, where it costs least."""
        among = select(person_id(), source=exp.to_table("stage_among")).subquery()
        return [exp.In(this=person_id(table), query=among)] if self._is_among_staged else []

    def _within(self, measured: exp.Expr, bounds: Bounds) -> list[exp.Expr]:
        limits: list[exp.Expr] = []
        if bounds.least is not None:
            limits.append(exp.GTE(this=measured, expression=self.params.bind(float(bounds.least))))
        if bounds.most is not None:
            limits.append(exp.LTE(this=measured.copy(), expression=self.params.bind(float(bounds.most))))
        return limits

    def _within_money(self, measured: exp.Expr, total: Total) -> list[exp.Expr]:
        limits: list[exp.Expr] = []
        if total.bounds.least is not None:
            limits.append(exp.GTE(this=measured, expression=self._minor(total.bounds.least, total.currency)))
        if total.bounds.most is not None:
            limits.append(exp.LTE(this=measured.copy(), expression=self._minor(total.bounds.most, total.currency)))
        return limits

    def _minor(self, amount: str, currency: str | None) -> exp.Expr:
        """The amount in minor units: of the one currency, or of each row's own."""
        if currency is not None:
            return self.params.bind(to_minor(amount, currency))
        column = exp.column("currency", EVENT)
        by_exponent = [
            (exp.In(this=column.copy(), expressions=[self.params.bind(currencies_with(n))]),
             self.params.bind(_scaled(amount, n)))
            for n in (0, 3)
        ]  # fmt: skip
        cases = exp.case()
        for condition, minor in by_exponent:
            cases = cases.when(condition, minor)
        return cases.else_(self.params.bind(_scaled(amount, 2)))


def said_at() -> exp.Expr:
    """When a word about consent counts from: it cannot have been said after it came, as in the profiles room."""
    return exp.Least(this=exp.column("occurred_at", EVENT), expressions=[exp.column("received_at", EVENT)])


def grouped(rows: exp.Select, *keys: exp.Expr) -> exp.Select:
    """One row per key; the first key is the person."""
    return rows.select(keys[0]).group_by(*(key.copy() for key in keys))


def _scaled(amount: str, exponent: int) -> int:
    return int(Decimal(amount).scaleb(exponent).to_integral_value())
