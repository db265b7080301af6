"""What a definition means: a row-by-row interpreter in plain Python, and the compiled query held equal to it."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, event, given, settings, target
from hypothesis import strategies as st
from tests.trying import examples

from omniloom.core.money import exponent_of
from omniloom.core.text import folded
from omniloom.segments import Condition, dump, known_operators, parse
from omniloom.segments.compiler import compile_people
from omniloom.segments.definition import (
    AllOf,
    AnyOf,
    Bounds,
    ConsentIs,
    Did,
    Filter,
    InSegment,
    Not,
    Test,
    TraitHas,
)  # fmt: skip
from omniloom.segments.operator import Kind, Takes
from omniloom.segments.window import point
from omniloom.store import Stores, built

NOW = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)
PRODUCTS = {
    "p1": {"name": "Espresso", "category": "COFFEE", "department": "GROCERY", "brand": "Own"},
    "p2": {"name": "Filter", "category": "COFFEE", "department": "GROCERY", "brand": "National"},
    "p3": {"name": "Soap", "category": "CARE", "department": "DRUG", "brand": "Own"},
}
CITIES = ["Москва", "МОСКВА", "Straße", "ΣΊΣΥΦΟΣ", "2026-05-01", "2026-05-31T10:00:00Z", "o'_%\\"]
NUMBERS = [0, 5, 35, 35.5, -2]


@dataclass
class Seen:
    """One event with its product lines."""

    person: int
    name: str
    at: datetime
    channel: str | None = None
    revenue_minor: int | None = None
    currency: str = "USD"
    properties: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[str, float, int]] = field(default_factory=list)
    confidence: int = 0
    message_id: str = ""
    received_at: datetime | None = None

    @property
    def said_at(self) -> datetime:
        """A word counts from its own time, or from its arrival if it is dated ahead."""
        return min(self.at, self.received_at or self.at)


@dataclass
class World:
    """A small history: events, traits (person, key) -> value, and who was merged into whom."""

    events: list[Seen]
    traits: dict[tuple[int, str], Any]
    merged: dict[int, int]

    def root(self, person: int) -> int:
        return self.merged.get(person, person)

    def people(self) -> set[int]:
        return {self.root(e.person) for e in self.events} | {self.root(person) for person, _ in self.traits}


# --- the interpreter -------------------------------------------------------------------------------------------------


def holds(world: World, condition: Condition, person: int, named: dict[str, Condition]) -> bool:
    match condition:
        case AllOf(parts):
            return all(holds(world, part, person, named) for part in parts)
        case AnyOf(parts):
            return any(holds(world, part, person, named) for part in parts)
        case Not(part):
            return not holds(world, part, person, named)
        case InSegment(word):
            return holds(world, named[word], person, named)
        case TraitHas(key, tests):
            return all(passes(test, trait_of(world, person, key), is_folded=True) for test in tests)
        case ConsentIs():
            return consented(world, condition, person) == condition.is_given
        case Did():
            return did(world, condition, person) == condition.is_done


def trait_of(world: World, person: int, key: str) -> Any:
    """The newest of all merged people's values: in these worlds the highest person id said it last."""
    known = [(p, value) for (p, k), value in world.traits.items() if k == key and world.root(p) == person]
    return max(known)[1] if known else None


def passes(test: Test, value: Any, *, is_folded: bool) -> bool:
    def prepared(argument: Any) -> Any:
        if test.kind is Kind.DATE:
            return point(argument, NOW).date().isoformat()
        return folded(argument) if is_folded and test.kind is Kind.TEXT else argument

    argument = tuple(map(prepared, test.argument)) if isinstance(test.argument, tuple) else prepared(test.argument)
    return known_operators()[test.operator].matches(in_kind(test.kind, value, is_folded=is_folded), argument)


def in_kind(kind: Kind, value: Any, *, is_folded: bool) -> Any:
    if value is None or kind is Kind.PRESENCE:
        return value
    if kind is Kind.NUMBER:
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    text = as_text(value)
    if kind is Kind.DATE:
        day = text[:10]
        return day if len(day) == 10 and day[4] == day[7] == "-" and day.replace("-", "").isdigit() else None
    return folded(text) if is_folded else text


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def did(world: World, condition: Did, person: int) -> bool:
    start, end = condition.window.bounds(NOW) if condition.window else (None, None)
    matching = []
    for e in world.events:
        if world.root(e.person) != person or e.name != condition.event or e.at > NOW:
            continue
        if (start and e.at < start) or (end and e.at >= end):
            continue
        if not all(passes(test, field_of(e, f), is_folded=False) for f in condition.where for test in f.tests):
            continue
        lines = [line for line in e.lines if line_passes(line, condition.products)]
        if lines or not condition.products:
            matching.append((e, lines))
    if not matching:
        return False
    if condition.count and not between(len(matching), condition.count):
        return False
    return condition.total is None or total_holds(matching, condition)


def field_of(e: Seen, f: Filter) -> Any:
    match f.field:
        case "channel":
            return e.channel
        case "currency":
            return e.currency
        case "revenue":
            return None if e.revenue_minor is None else e.revenue_minor / 10 ** exponent_of(e.currency)
        case "confidence":
            return e.confidence
        case name:
            return e.properties.get(name)


def line_passes(line: tuple[str, float, int], products: tuple[Filter, ...]) -> bool:
    product_id = line[0]
    fields = {**PRODUCTS.get(product_id, {}), "id": product_id}
    return all(passes(test, fields.get(f.field), is_folded=False) for f in products for test in f.tests)


def total_holds(matching: list[tuple[Seen, list[tuple[str, float, int]]]], condition: Did) -> bool:
    total = condition.total
    assert total is not None
    if total.of in ("revenue", "amount"):
        sums: Counter[str] = Counter()
        for e, lines in matching:
            minor = [e.revenue_minor] if total.of == "revenue" else [amount for _, _, amount in lines]
            for part in minor:
                if part is not None:
                    sums[e.currency] += part
        wanted = {c: Decimal(s).scaleb(-exponent_of(c)) for c, s in sums.items() if total.currency in (None, c)}
        return any(between(amount, total.bounds) for amount in wanted.values())
    if total.of == "quantity":
        values = [quantity for _, lines in matching for _, quantity, _ in lines]
    else:
        values = [in_kind(Kind.NUMBER, e.properties.get(total.of), is_folded=False) for e, _ in matching]
    known = [value for value in values if value is not None]
    return bool(known) and between(sum(known), total.bounds)


def between(value: Any, bounds: Bounds) -> bool:
    value = Decimal(value)
    return (bounds.least is None or value >= Decimal(bounds.least)) and (
        bounds.most is None or value <= Decimal(bounds.most)
    )


def consented(world: World, consent: ConsentIs, person: int) -> bool:
    words = []
    for e in world.events:
        if world.root(e.person) != person or e.said_at > NOW:
            continue
        if e.name == "Unsubscribed":
            said, purpose = False, "marketing"
        elif e.name in ("Consent Given", "Consent Withdrawn"):
            said, purpose = e.name == "Consent Given", e.properties.get("purpose") or "marketing"
        else:
            continue
        channel = e.channel or (None if said else "*")
        is_ours = not e.properties.get("advertiser")
        if is_ours and purpose == consent.purpose and channel in (consent.channel, "*"):
            words.append((e.said_at, not said, said))
    return bool(words) and max(words)[2]


# --- strategies: arguments are made from the values that occur, case variants included -------------------------------

people = st.integers(1, 6)
ages = st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=3), timedelta(days=7), timedelta(days=30),
                        timedelta(days=31), timedelta(days=90), timedelta(days=-1)])  # fmt: skip
cities = st.sampled_from([*CITIES, *CITIES, "35", 35, True, None])
numbers = st.sampled_from([*NUMBERS, *NUMBERS, "35", None])
FEW = ["7", "Северный", 7, True]
few_values = st.sampled_from([*FEW, None])
orders = st.builds(
    Seen,
    person=people,
    name=st.sampled_from(["Order Completed", "Order Completed", "Product Viewed"]),
    at=ages.map(lambda age: NOW - age),
    channel=st.sampled_from(["store", "web", None]),
    revenue_minor=st.sampled_from([None, 0, 1000, 2500, 5000]),
    currency=st.sampled_from(["USD", "USD", "JPY", "KWD"]),
    confidence=st.integers(0, 4),
    properties=st.fixed_dictionaries(
        {},
        optional={
            "confidence": st.just(4),
            "store_id": few_values,
            "a/b~c": few_values,
            "points": st.sampled_from([0, 2.5, 10, "10"]),
        },
    ),
    lines=st.lists(
        st.tuples(st.sampled_from(["p1", "p2", "p3", "p9"]), st.sampled_from([1.0, 2.0]), st.sampled_from([500, 1500])),
        max_size=3,
    ),
)
words = st.builds(
    Seen,
    person=people,
    name=st.sampled_from(["Consent Given", "Consent Given", "Consent Withdrawn", "Unsubscribed"]),
    at=ages.map(lambda age: NOW - age),
    received_at=ages.map(lambda age: NOW - age),
    channel=st.sampled_from(["email", "sms", "*", None]),
    properties=st.sampled_from(
        [
            {},
            {"purpose": "marketing"},
            {"purpose": "service"},
            {"advertiser": "Brand B"},
            {"advertiser": ""},
        ]
    ),
)
worlds = st.builds(
    World,
    events=st.lists(st.one_of(orders, orders, words), max_size=18) | st.lists(orders, min_size=8, max_size=18),
    traits=st.builds(
        lambda by_city, by_age: (
            {(p, "city"): v for p, v in by_city.items()} | {(p, "age"): v for p, v in by_age.items()}
        ),
        st.dictionaries(people, cities, min_size=2),
        st.dictionaries(people, numbers, min_size=2),
    ),
    merged=st.sampled_from([{}, {}, {2: 1}, {4: 3, 5: 3}, {2: 1, 6: 1}]),
)


@st.composite
def comparisons(draw: st.DrawFn, seen: list[Any]) -> dict[str, Any]:
    """One comparison whose operator and argument fit a value that occurs."""
    value = draw(st.sampled_from(seen))
    if value is None or draw(st.integers(0, 9)) == 0:
        return {"exists": draw(st.booleans())}
    if isinstance(value, bool):
        return {draw(st.sampled_from(["is", "is_not"])): value}
    if isinstance(value, str):
        return draw(text_comparisons(value))
    other = draw(st.sampled_from([value, value + 1, value - 10, 35]))
    name = draw(st.sampled_from([name for name, o in known_operators().items() if Kind.NUMBER in o.kinds]))
    match known_operators()[name].takes:
        case Takes.PAIR:
            return {name: sorted([value, other])}
        case Takes.MANY:
            return {name: [value, other]}
        case _:
            return {name: draw(st.sampled_from([value, value, other]))}


@st.composite
def text_comparisons(draw: st.DrawFn, value: str) -> dict[str, Any]:
    text = draw(st.sampled_from([value, value, value.upper(), value.lower(), value.swapcase(), value.casefold()]))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    name = draw(st.sampled_from([name for name, o in known_operators().items() if {Kind.TEXT, Kind.DATE} & {*o.kinds}]))
    match name:
        case "contains":
            return {name: text[start:end]}
        case "starts_with":
            return {name: text[:end]}
        case "ends_with":
            return {name: text[start:]}
        case "one_of":
            return {name: [text, "zz"]}
        case "between":
            return {name: ["30d ago", "2026-05-31"]}
        case "before" | "after":
            return {name: draw(st.sampled_from(["2026-05-01", "2026-05-31", "30d ago", "1mo ago"]))}
        case _:
            return {name: text}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    plain: dict[str, Any] = {draw(st.sampled_from(["did", "did", "did_not"])): "Order Completed"}
    window = draw(st.sampled_from([
        {}, {}, {"within": "30d"}, {"within": "1mo"}, {"before": "30d ago"}, {"after": "2026-05-01"},
        {"between": ["2026-05-01", "2026-05-31"]}, {"between": ["90d ago", "7d ago"]},
    ]))  # fmt: skip
    where: dict[str, Any] = {}
    for name, seen in (("channel", ["store", "web"]), ("store_id", FEW), ("a/b~c", FEW),
                       ("revenue", [10, 25, 50, 1000]), ("currency", ["USD", "JPY"]),
                       ("confidence", [0, 2, 3, 4, "3"])):  # fmt: skip
        if draw(st.integers(0, 8)) == 0:
            where[name] = draw(comparisons(seen))
    if draw(st.integers(0, 2)) == 0:
        name = draw(st.sampled_from(["id", "category", "department", "brand"]))
        where["product"] = {name: draw(st.sampled_from(["p1", "p9", "COFFEE", "GROCERY", "Own", ["p1", "CARE"]]))}
    if where:
        plain["where"] = where
    if draw(st.integers(0, 2)) == 0:
        plain["count"] = draw(st.sampled_from([{"at_least": 2}, {"at_most": 1}, {"exactly": 2}]))
    if draw(st.integers(0, 2)) == 0:
        plain["sum"] = draw(st.sampled_from([
            {"of": "revenue", "at_least": 25}, {"of": "revenue", "at_most": 50.0, "currency": "USD"},
            {"of": "amount", "at_least": 15.00}, {"of": "quantity", "at_least": 3}, {"of": "points", "at_least": 5},
            {"of": "revenue", "at_least": 5, "currency": "KWD"},
        ]))  # fmt: skip
    return plain | window


leaves = st.one_of(
    st.builds(lambda test: {"trait": "city"} | test, comparisons(CITIES)),
    st.builds(lambda test: {"trait": "age"} | test, comparisons(NUMBERS)),
    events(),
    events(),
    st.builds(
        lambda channel, purpose, is_given: {"consent": channel, "purpose": purpose, "given": is_given},
        st.sampled_from(["email", "sms"]), st.sampled_from(["marketing", "service"]), st.booleans(),
    ),
    st.just({"segment": "inner"}),
)  # fmt: skip
definitions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
inner_definitions = definitions.filter(lambda definition: "inner" not in json.dumps(definition))


# --- the compiled query ----------------------------------------------------------------------------------------------


class Undo(Exception):
    """Leaves the transaction without keeping anything."""


def compiled_people(stores: Stores, world: World, condition: Condition, named: dict[str, Condition]) -> list[int]:
    compiled = compile_people(condition, now=NOW, segments=named)
    found: list[int] = []
    try:
        with stores.events.write() as tx:
            for table, rows in tables(world).items():
                if rows:
                    tx.append(table, pa.Table.from_pylist(rows))
            found = [row[0] for row in tx.tuples(built("test", compiled.tree), **compiled.params)]
            raise Undo
    except Undo:
        return found


def tables(world: World) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {"identity_event": [], "identity_item": []}
    known = [Seen(person, "", NOW) for (person, _) in world.traits]  # whoever has a trait was identified
    for n, e in enumerate([*world.events, *known], 1):
        at = e.at.replace(tzinfo=None)
        rows["identity_event"].append({
            "position": n, "source_id": "s", "message_id": e.message_id or f"m{n}", "type": "track", "name": e.name,
            "occurred_at": at, "received_at": (e.received_at or e.at).replace(tzinfo=None), "person_id": e.person,
            "channel": e.channel,
            "revenue_minor": e.revenue_minor, "currency": e.currency, "identifiers": "{}", "confidence": e.confidence,
            "properties": json.dumps(e.properties), "context": "{}",
        })  # fmt: skip
        rows["identity_item"] += [
            {"position": n, "line": i, "person_id": e.person, "occurred_at": at, "product_id": product_id,
             "quantity": quantity, "amount_minor": amount, "properties": "{}"}
            for i, (product_id, quantity, amount) in enumerate(e.lines)
        ]  # fmt: skip
    rows["profiles_trait"] = [trait_row(person, key, value) for (person, key), value in world.traits.items()]
    rows["identity_override"] = [{"person_id": p, "root_id": root} for p, root in world.merged.items()]
    rows["catalog_product"] = [
        {"product_id": product_id, **fields, "properties": "{}", "updated_at": NOW.replace(tzinfo=None)}
        for product_id, fields in PRODUCTS.items()
    ]
    return rows


def trait_row(person: int, key: str, value: Any) -> dict[str, Any]:
    text = None if value is None else as_text(value)
    return {
        "person_id": person, "key": key, "value": None if value is None else json.dumps(value), "text": text,
        "folded": None if text is None else folded(text), "number": in_kind(Kind.NUMBER, value, is_folded=True),
        "occurred_at": (NOW + timedelta(seconds=person)).replace(tzinfo=None), "message_id": f"t{person}",
        "source_id": "s",
    }  # fmt: skip


def meant_people(world: World, condition: Condition, named: dict[str, Condition]) -> list[int]:
    return sorted(p for p in world.people() if holds(world, condition, p, named))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds, definition=definitions, inner=inner_definitions)
def test_a_compiled_definition_finds_whom_the_interpreter_finds(
    stores: Stores, world: World, definition: dict[str, Any], inner: dict[str, Any]
) -> None:
    condition, named = parse(definition), {"inner": parse(inner)}
    meant = meant_people(world, condition, named)
    found = compiled_people(stores, world, condition, named)
    event("somebody" if meant else "nobody")
    target(float(len(meant)))
    assert sorted(found) == meant  # as lists: nobody is found twice


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds, leaf=leaves.filter(lambda leaf: "segment" not in leaf))
def test_a_single_condition_finds_whom_the_interpreter_finds(
    stores: Stores, world: World, leaf: dict[str, Any]
) -> None:
    condition = parse(leaf)
    assert sorted(compiled_people(stores, world, condition, {})) == meant_people(world, condition, {})


consent_worlds = st.builds(
    World,
    events=st.lists(words.filter(lambda e: e.at > NOW - timedelta(days=7)), min_size=4, max_size=24),
    traits=st.just({}),
    merged=st.sampled_from([{}, {2: 1, 4: 3}]),
)


@settings(max_examples=examples(24), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    world=consent_worlds, channel=st.sampled_from(["email", "sms"]), purpose=st.sampled_from(["marketing", "service"])
)
def test_the_last_word_about_consent_counts(stores: Stores, world: World, channel: str, purpose: str) -> None:
    """Many words within few instants, so that ties and merges come often."""
    condition = parse({"consent": channel, "purpose": purpose})
    assert sorted(compiled_people(stores, world, condition, {})) == meant_people(world, condition, {})


trait_worlds = st.builds(
    World,
    events=st.just([]),
    traits=st.dictionaries(st.tuples(people, st.just("city")), cities, min_size=5),
    merged=st.sampled_from([{}, {2: 1, 4: 3}]),
)


@settings(max_examples=examples(24), deadline=None, suppress_health_check=list(HealthCheck))
@given(world=trait_worlds, test=comparisons(CITIES))
def test_traits_are_compared_without_case_in_every_script(stores: Stores, world: World, test: dict[str, Any]) -> None:
    condition = parse({"trait": "city"} | test)
    assert sorted(compiled_people(stores, world, condition, {})) == meant_people(world, condition, {})


def test_the_random_worlds_hold_enough_people_on_both_sides() -> None:
    share: list[float] = []

    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(world=worlds, leaf=leaves.filter(lambda leaf: "segment" not in leaf))
    def measure(world: World, leaf: dict[str, Any]) -> None:
        if everyone := world.people():
            share.append(len(meant_people(world, parse(leaf), {})) / len(everyone))

    measure()
    some = sum(0 < part < 1 for part in share) / len(share)
    assert some > 0.3, f"only {some:.0%} of conditions tell people apart"


@given(definition=definitions)
def test_a_definition_written_down_reads_back_the_same(definition: dict[str, Any]) -> None:
    condition = parse(definition)
    assert parse(dump(condition)) == condition
    assert parse(json.dumps(dump(condition))) == condition
