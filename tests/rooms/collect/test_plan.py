"""Tracking plans: checking equals its plain meaning; what does not fit is flagged or kept aside, and not lost."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from omniloom import collect
from omniloom.collect import (
    Action,
    Drop,
    DropReason,
    FieldType,
    Plan,
    PlanCache,
    PlannedEvent,
    PlannedField,
    check,
    compile_plan,
    parse_plan,
    plan_yaml,
)
from omniloom.core.clock import ManualClock
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.event import Event, decode, encode
from omniloom.core.ids import SeededIds
from omniloom.store import Stores

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEYS = ("a", "b", "products", "x y", "цена")
SCALARS = st.sampled_from(
    [
        0,
        1,
        5,
        -3,
        2.0,
        2.5,
        True,
        False,
        "",
        "x",
        "long text",
        "12.50",
        "-7",
        "2026-01-01",
        "2026-01-01T10:00:00Z",
        None,
    ]
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4)
ACTIONS = st.sampled_from(list(Action))


@st.composite
def fields(draw: st.DrawFn) -> PlannedField:
    parts = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3))
    path = ".".join([draw(st.sampled_from(["properties", "traits"])),
                     *(part + draw(st.sampled_from(["", "", "[]"])) for part in parts)])  # fmt: skip
    kind = draw(st.sampled_from(list(FieldType)))
    made = PlannedField(path=path, type=kind, required=draw(st.booleans()))
    if kind in (FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY) and draw(st.booleans()):
        made.min, made.max = draw(st.sampled_from([(0, None), (None, 2), (1, 5), (2.5, 2.5)]))
    if kind in (FieldType.TEXT, FieldType.LIST) and draw(st.booleans()):
        made.min_length, made.max_length = draw(st.sampled_from([(1, None), (None, 2), (1, 4)]))
    if kind not in (FieldType.LIST, FieldType.OBJECT) and draw(st.integers(0, 3)) == 0:
        made.values = draw(st.lists(st.sampled_from([1, 2.5, "x", True, "12.50"]), min_size=1, max_size=2))
    return made


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan that holds together: fields that contradict others are left out."""
    event = PlannedEvent(name="E", unplanned_fields=draw(st.none() | ACTIONS))
    for field in draw(st.lists(fields(), max_size=7)):
        made = Plan(name="P", unplanned_fields=draw(ACTIONS), events=[event])
        event.fields.append(field)
        try:
            parse_plan(msgspec.to_builtins(made))
        except Invalid:
            event.fields.pop()
    return Plan(name="P", unplanned_fields=draw(ACTIONS), unplanned_events=draw(ACTIONS), events=[event])


def event(name: str = "E", properties: Any = None, traits: Any = None) -> Event:
    return Event(
        source_id="shop", message_id="m", type="track", name=name, occurred_at=NOW, received_at=NOW,
        identifiers={"user_id": "u"}, properties=properties or {}, traits=traits or {},
    )  # fmt: skip


def entries(value: Any, path: str, place: str) -> list[tuple[str, str, Any]]:
    """(path, path without numbers, value) of everything in a value, itself included; null is nothing."""
    found = [(path, place, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            if inner is not None:
                found += entries(inner, f"{path}.{key}", f"{place}.{key}")
    if isinstance(value, list):
        for i, inner in enumerate(value):
            if inner is not None:
                found += entries(inner, f"{path}[{i}]", f"{place}[]")
    return found


def fits(kind: str, value: Any) -> bool:
    is_number = type(value) in (int, float)
    return {
        "any": True,
        "text": isinstance(value, str),
        "number": is_number,
        "integer": is_number and value == int(value),
        "boolean": isinstance(value, bool),
        "instant": isinstance(value, str) and bool(re.match(r"\d{4}-\d\d-\d\d", value)),
        "money": is_number or (isinstance(value, str) and bool(re.fullmatch(r"-?\d+(\.\d+)?", value))),
        "list": isinstance(value, list),
        "object": isinstance(value, dict),
    }[kind]


def bounds_missed(rule: PlannedField, value: Any) -> set[str]:
    number = None if isinstance(value, (dict, list, bool)) else value
    if rule.min is not None or rule.max is not None:
        number = Decimal(str(value))
    found = set()
    if rule.values and not any(value == one and (value is True) == (one is True) for one in rule.values):
        found.add("not_allowed")
    found |= {"too_small"} if rule.min is not None and number < rule.min else set()
    found |= {"too_large"} if rule.max is not None and number > rule.max else set()
    found |= {"too_short"} if rule.min_length is not None and len(value) < rule.min_length else set()
    found |= {"too_long"} if rule.max_length is not None and len(value) > rule.max_length else set()
    return found


def slow_check(plan: Plan, given_event: Event) -> set[tuple[str, str]]:
    """What a plan says of its event E, rule by rule, from everything that stands in the event."""
    (planned,) = plan.events
    rules = {rule.path: rule for rule in planned.fields}
    kinds: dict[str, set[str]] = {"properties": {"object"}, "traits": {"object"}}
    for path, rule in rules.items():
        kinds.setdefault(path, set()).add(str(rule.type))
        for match in re.finditer(r"\.|\[\]", path):
            kinds.setdefault(path[: match.start()], set()).add("object" if match[0] == "." else "list")
    everything = [
        one for root in ("properties", "traits") for one in entries(getattr(given_event, root), root, root)
    ]  # fmt: skip
    wrong = {path for path, place, value in everything for kind in kinds.get(place, ()) if not fits(kind, value)}
    missed: set[tuple[str, str]] = set()
    for path, place, value in everything:
        if any(path.startswith((f"{one}.", f"{one}[")) for one in wrong):
            continue
        if path in wrong:
            missed.add((path, "wrong_type"))
            continue
        if place in rules:
            missed |= {(path, code) for code in bounds_missed(rules[place], value)}
        children = {
            p.removeprefix(f"{place}.").partition(".")[0].replace("[]", "") for p in rules if p.startswith(f"{place}.")
        }
        if isinstance(value, dict) and (children or "." not in place):
            there = {key for key, inner in value.items() if inner is not None}
            missed |= {(f"{path}.{key}", "missing") for key in children - there
                       if f"{place}.{key}" in rules and rules[f"{place}.{key}"].required}  # fmt: skip
            if (planned.unplanned_fields or plan.unplanned_fields) != Action.ALLOW:
                missed |= {(f"{path}.{key}", "unplanned_field") for key in there - children}
    return missed


@st.composite
def plans_and_values(draw: st.DrawFn) -> tuple[Plan, Any, Any]:
    """A plan, and values that lie where it looks, many of them just at its bounds."""
    plan = draw(plans())
    roots = {"properties": draw(OBJECTS), "traits": draw(OBJECTS)}
    for rule in plan.events[0].fields:
        bounds = [one for one in (rule.min, rule.max) if one is not None]
        lengths = ["x" * one for one in (rule.min_length, rule.max_length) if one is not None]
        near = [*rule.values, *bounds, *[one - 1 for one in bounds], *[str(one) for one in bounds], *lengths]
        if draw(st.booleans()):
            put(roots, rule.path, draw(st.sampled_from(near) | JSON if near else JSON))
    return plan, roots["properties"], roots["traits"]


def put(holder: Any, path: str, value: Any) -> None:
    """Set what lies at a path, making objects and lists on the way where there are none."""
    key, _, rest = path.partition(".")
    name, depth = key.rstrip("[]"), key.count("[]")
    inner = holder.get(name) if rest and not depth else None
    if rest:
        inner = inner if isinstance(inner, dict) else {}
        put(inner, rest, value)
    else:
        inner = value
    for _ in range(depth):
        inner = [inner]
    holder[name] = inner


@settings(max_examples=3 * settings().max_examples)
@given(drawn=plans_and_values())
@example(drawn=(
    Plan(name="P", events=[PlannedEvent(name="E", fields=[
        PlannedField(path="properties.products[].price", type=FieldType.MONEY, required=True, min=0)])]),
    {"products": [{"price": 1}, {"price": "-1"}, {}, None, 7]}, {},
))  # fmt: skip
def test_checking_means_what_it_says(drawn: tuple[Plan, Any, Any]) -> None:
    plan, properties, traits = drawn
    seen = event(properties=properties, traits=traits)
    found = check(compile_plan(plan), seen)
    assert len(found) == len({(one.path, one.code) for one in found})
    assert {(one.path, str(one.code)) for one in found} == slow_check(plan, seen)
    assert all(one.action is not Action.ALLOW for one in found)


@given(plan=plans())
def test_a_plan_is_the_same_after_yaml_and_back(plan: Plan) -> None:
    plan = parse_plan(msgspec.to_builtins(plan))
    assert parse_plan(plan_yaml(plan)) == plan


@pytest.mark.parametrize(
    ("definition", "path"),
    [
        ("name: ''", "name"),
        ("name: P\nevent: []", ""),
        ("name: P\nevents: [{name: E, type: buy}]", "events[0].type"),
        ("name: P\nevents: [{type: track}]", "events[0].name"),
        ("name: P\nevents: [{type: identify, name: x}]", "events[0].name"),
        ("name: P\nevents: [{name: E}, {name: E}]", "events[1]"),
        ("name: P\non_violation: allow", "on_violation"),
        ("name: P\nevents: [{name: E, fields: [{path: order_id}]}]", "events[0].fields[0].path"),
        ("name: P\nevents: [{name: E, fields: [{path: properties.a, type: textual}]}]", "events[0].fields[0].type"),
        ("name: P\nevents: [{name: E, fields: [{path: properties.a, type: text, min: 1}]}]", "events[0].fields[0]"),
        ("name: P\nevents: [{name: E, fields: [{path: properties.a, type: number, min: 2, max: 1}]}]",
         "events[0].fields[0]"),
        ("name: P\nevents: [{name: E, fields: [{path: properties.a, type: text}, {path: 'properties.a[].b'}]}]",
         "events[0].fields[1].path"),
        ("name: P\nevents: [{name: E, fields: [{path: properties.a.b}, {path: 'properties.a[].b'}]}]",
         "events[0].fields[1].path"),
        ("name: P\nevents: [{name: E, fields: [{path: properties.a, type: number, max: .inf}]}]",
         "events[0].fields[0].max"),
        ('name: "a\\0b"', "name"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_with_its_place(definition: str, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_plan(definition)
    assert caught.value.facts["path"] == path
    assert caught.value.hint


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x", "[", "name: P\n\tx: 1", "x" * 2_000_000, "[" * 100_000])
def test_hostile_text_is_refused_and_never_unfolded(text: str) -> None:
    with pytest.raises(Invalid):
        parse_plan(text)


STRICT = parse_plan(
    """
name: Shop
sources: [Till]
unplanned_events: quarantine
events:
  - name: Order Completed
    on_violation: quarantine
    fields:
      - {path: properties.order_id, type: text, required: true}
      - {path: properties.note, type: text, on_violation: warn}
"""
)


@pytest.fixture
def till(stores: Stores, now: datetime, ids: SeededIds) -> str:
    return collect.add_source(stores, name="Till", kind="server", now=now, ids=ids).source_id


def test_what_misses_its_plan_is_flagged_or_kept_aside(
    stores: Stores, clock: ManualClock, ids: SeededIds, till: str
) -> None:
    collect.save_plan(stores, STRICT, now=clock.now(), ids=ids)
    cache = PlanCache(stores, clock)
    good = event("Order Completed", {"order_id": "A"})
    flagged = event("Order Completed", {"order_id": "A", "note": 7})
    grave = event("Order Completed", {"order_id": 7, "note": 7})
    drop = Drop(DropReason.NO_NAME, "event", "x")
    verdicts = collect.enforce(cache, till, [good, flagged, grave, event("Other"), drop])
    assert verdicts[0] is good
    assert verdicts[1] is flagged
    assert flagged.context["plan_violations"] == [{"path": "properties.note", "code": "wrong_type"}]
    kept = [one for one in verdicts[2:] if isinstance(one, Drop)]
    assert [(one.reason, one.field) for one in kept] == [
        ("plan_violation", "properties.order_id"), ("plan_violation", "event"), ("no_name", "event"),
    ]  # fmt: skip
    assert kept[0].message == "plan Shop: properties.order_id should be text, not integer"
    bodies = [encode(event("Order Completed", {"order_id": "A"})), encode(grave), drop]
    judged = collect.enforce_bodies(cache, till, list(bodies))
    assert judged[0] is bodies[0]
    assert [one.reason for one in judged[1:] if isinstance(one, Drop)] == ["plan_violation", "no_name"]
    warned = collect.enforce_bodies(cache, till, [encode(event("Order Completed", {"order_id": "A", "note": 1}))])[0]
    assert isinstance(warned, bytes)
    assert "plan_violations" in decode(warned).context


def test_a_plan_is_in_force_within_a_second_and_for_its_sources_only(
    stores: Stores, clock: ManualClock, ids: SeededIds, till: str
) -> None:
    cache = PlanCache(stores, clock)
    assert cache.of(till) is None
    saved = collect.save_plan(stores, STRICT, now=clock.now(), ids=ids)
    assert cache.of(till) is None
    clock.advance(timedelta(seconds=1))
    assert cache.of(till) is not None
    assert cache.of("another") is None
    verdicts = [event("Other")]
    assert collect.enforce(cache, "another", verdicts) == verdicts
    collect.drop_plan(stores, saved.plan_id)
    clock.advance(timedelta(seconds=1))
    assert cache.of(till) is None
    with pytest.raises(Missing):
        collect.drop_plan(stores, saved.plan_id)


def test_the_plan_that_names_a_source_goes_before_the_one_for_all(
    stores: Stores, clock: ManualClock, ids: SeededIds, till: str
) -> None:
    now = clock.now()
    site = collect.add_source(stores, name="Site", kind="website", now=now, ids=ids).source_id
    collect.save_plan(stores, Plan(name="All"), now=now, ids=ids)
    collect.save_plan(stores, STRICT, now=now, ids=ids)
    cache = PlanCache(stores, clock)
    plans_ = [cache.of(source_id) for source_id in (till, site)]
    assert [plan.name for plan in plans_ if plan] == ["Shop", "All"]
    with pytest.raises(Conflict, match="for all sources"):
        collect.save_plan(stores, Plan(name="Second"), now=now, ids=ids)
    with pytest.raises(Conflict, match="'Till' has the plan"):
        collect.save_plan(stores, Plan(name="Second", sources=["Till"]), now=now, ids=ids)


def test_somebody_elses_change_is_not_overwritten(stores: Stores, now: datetime, ids: SeededIds) -> None:
    first = collect.save_plan(stores, STRICT, now=now, ids=ids, by="a@b.test", revision=0)
    second = collect.save_plan(stores, STRICT, now=now, ids=ids, revision=first.revision)
    assert (first.plan_id, second.revision) == (second.plan_id, 2)
    with pytest.raises(Conflict, match="meanwhile"):
        collect.save_plan(stores, STRICT, now=now, ids=ids, revision=first.revision)
    assert collect.plan_of(stores, "Shop").revision == 2


def test_the_example_is_a_plan(now: datetime, ids: SeededIds) -> None:
    plan = parse_plan((Path(__file__).parents[3] / "examples" / "plan.yaml").read_text())
    order = {"type": "track", "event": "Order Completed", "userId": "u", "properties": {
        "order_id": "A-1", "revenue": "12.50", "currency": "USD", "products": [{"product_id": "T", "quantity": 1}],
    }}  # fmt: skip
    tried = collect.try_plan(plan, [order, {**order, "properties": {}}, {**order, "event": ""}], now=now, ids=ids)
    assert [len(one.violations) for one in tried] == [0, 3, 0]
    assert tried[2].reason == "no_name"
