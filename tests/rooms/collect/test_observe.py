"""What arrives is counted exactly once, bounded, and shown without what is personal; plans are drafted of it."""

from collections import Counter
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom import collect
from omniloom.collect import Pii, PlanCache, accept, parse_plan
from omniloom.collect.inference import HIDDEN, kinds_of, masked, pii_of, sample_of
from omniloom.collect.plan_import import item_of, plan_for, taken
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event
from omniloom.core.ids import SeededIds
from omniloom.store import Stores, settle_through


def event(n: int, at: datetime, name: str = "Product Viewed", source_id: str = "shop", **parts: Any) -> Event:
    kind = parts.pop("type", "track")
    return Event(
        source_id=source_id, message_id=f"m{n}", type=kind, name=name, occurred_at=at, received_at=at,
        identifiers={"user_id": f"user-{n}"}, **parts,
    )  # fmt: skip


def arrive(stores: Stores, events: list[Event], now: datetime, rows_max: int = 1000) -> None:
    collect.append(stores, events)
    settle_through(stores, stores.log.last_position(), now=now)
    while collect.observe(stores, now=now, rows_max=rows_max).rows:
        pass


def test_volumes_count_every_event_once_whatever_the_batches(stores: Stores, now: datetime) -> None:
    events = [event(n, now - timedelta(days=n % 7), name=f"E{n % 3}", source_id=f"s{n % 2}") for n in range(100)]
    arrive(stores, events[:60], now, rows_max=7)
    arrive(stores, [*events[40:], *events[:5]], now, rows_max=11)
    wanted = Counter((one.source_id, one.name) for one in events)
    found = collect.arriving(stores, now=now)
    assert {(one.source_id, one.name): one.events for one in found} == wanted
    assert {(one.source_id, one.name): sum(one.days) for one in found} == wanted
    by_day = Counter((now - one.occurred_at).days for one in events if (one.source_id, one.name) == ("s0", "E0"))
    (one,) = [one for one in found if (one.source_id, one.name) == ("s0", "E0")]
    assert {back: one.days[-1 - back] for back in by_day} == by_day
    assert (one.first_seen_at, one.last_seen_at) == (now - timedelta(days=6), now)
    assert collect.observed(stores) == stores.log.last_position()


def test_fields_tell_their_kinds_and_how_often_they_are_there(stores: Stores, now: datetime) -> None:
    rows = [{"price": 1 if n % 2 else 1.5, "at": "2026-01-01", "products": [{"sku": "a", "n": 1}, {"sku": 2}]}
            for n in range(10)]  # fmt: skip
    arrive(stores, [event(n, now, properties=row) for n, row in enumerate(rows)], now)
    arrive(stores, [event(99, now, properties={"coupon": None, "note": "x"})], now)
    fields = {one.path: one.kinds for one in collect.arriving_of(stores, "shop", "track", "Product Viewed").fields}
    assert fields == {
        "properties.price": {"integer": 5, "number": 5}, "properties.at": {"instant": 10},
        "properties.products": {"list": 10}, "properties.products[]": {"object": 10},
        "properties.products[].sku": {"text": 10, "integer": 10}, "properties.products[].n": {"integer": 10},
        "properties.note": {"text": 1},
    }  # fmt: skip


def test_made_up_names_and_keys_fill_no_table(stores: Stores, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    act = import_module("omniloom.collect.observe")
    monkeypatch.setattr(act, "NAMES_MAX", 5)
    monkeypatch.setattr(act, "FIELDS_MAX", 30)
    for first in range(0, 60, 20):
        batch = [event(n, now, name=f"E{n}") for n in range(first, first + 20)]
        batch += [event(n, now, name="Known", properties={f"k{n}": 1}) for n in range(100 + first, 120 + first)]
        arrive(stores, batch, now)
    found = {one.name: one.events for one in collect.arriving(stores, now=now)}
    assert len(found) <= 6
    assert sum(found.values()) == 120
    assert found["(other)"] > 40
    assert len(collect.arriving_of(stores, "shop", "track", "Known").fields) <= 40
    assert "(other)" not in {one.name for one in draft(stores, now).events}


def draft(stores: Stores, now: datetime) -> collect.Plan:
    return collect.draft_plan(stores, name="D", source_ids=["shop"], source_names=["Shop"], now=now)


def test_a_draft_fits_what_it_was_made_of_and_knows_what_is_personal(stores: Stores, now: datetime) -> None:
    events = [
        event(n, now, properties={"order_id": f"A{n}", "revenue": n * 1.5, "products": [{"id": n}],
                                  **({"coupon": "X"} if n % 2 else {}), "mixed": n if n % 2 else "x"})
        for n in range(30)
    ]  # fmt: skip
    people = {"email": "a@b.test", "birthDate": "2000-01-01", "age": 3}
    events += [event(n, now, name="", type="identify", traits=people) for n in range(30, 60)]
    for start in (0, 30):
        arrive(stores, events[start : start + 20], now)
        arrive(stores, events[start + 20 : start + 30], now)
    plan = parse_plan(msgspec.to_builtins(draft(stores, now)))
    fields = {one.path: one for planned in plan.events for one in planned.fields}
    kinds = {path: str(one.type) for path, one in fields.items()}
    assert kinds == {
        "properties.order_id": "text", "properties.revenue": "money", "properties.products": "list",
        "properties.products[].id": "integer", "properties.coupon": "text", "properties.mixed": "any",
        "traits.email": "text", "traits.birthDate": "instant", "traits.age": "integer",
    }  # fmt: skip
    assert not fields["properties.coupon"].required
    assert fields["properties.order_id"].required
    assert (fields["traits.email"].pii, fields["traits.birthDate"].pii) == (Pii.CONTACT, Pii.SENSITIVE)
    compiled = collect.compile_plan(plan)
    assert [collect.check(compiled, one) for one in events] == [[]] * 60


def test_misses_are_counted_by_place_and_begin_anew(stores: Stores, clock: ManualClock, ids: SeededIds) -> None:
    now = clock.now()
    till = collect.add_source(stores, name="Till", kind="server", now=now, ids=ids).source_id
    plan = {"name": "P", "events": [{"name": "E", "fields": [{"path": "properties.products[].n", "type": "integer"}]}]}
    collect.save_plan(stores, parse_plan(plan), now=now, ids=ids)
    events = [event(n, now, "E", till, properties={"products": [{"n": 1}, {"n": "x"}, {"n": "y"}]}) for n in range(3)]
    kept = collect.enforce(PlanCache(stores, clock), till, [*events, event(9, now, "Other", till)])
    arrive(stores, [one for one in kept if isinstance(one, Event)], now)
    (one,) = collect.arriving_of(stores, till, "track", "E").misses
    assert (one.path, one.code, one.events) == ("properties.products[].n", "wrong_type", 3)
    flagged = {row.name: row.flagged for row in collect.arriving(stores, now=now)}
    assert flagged == {"E": 3, "Other": 1}
    collect.forget_misses(stores, [till])
    assert collect.arriving_of(stores, till, "track", "E").misses == []


def test_samples_show_nothing_personal(stores: Stores, clock: ManualClock, ids: SeededIds, now: datetime) -> None:
    plan = {"name": "P", "events": [{"name": "E", "fields": [
        {"path": "properties.club", "pii": "sensitive"}, {"path": "properties.nick", "pii": "contact"}]}]}  # fmt: skip
    shop = collect.add_source(stores, name="S", kind="server", now=now, ids=ids).source_id
    collect.save_plan(stores, parse_plan(plan), now=now, ids=ids)
    secret = {
        "club": "gold", "nick": "Zorro77", "email": "ivan@mail.test", "note": "call +7 999 123-45-67",
        "contact": "x ivan@mail.test", "phone": 79991234567, "birthday": "2000-01-01", "passport": {"n": "4510"},
        "products": [{"sku": "TEA", "recipientPhone": "79991234567"}],
    }  # fmt: skip
    arrive(stores, [event(1, now, "E", shop, properties=secret)], now)
    (sample,) = collect.arriving_of(stores, shop, "track", "E").samples
    shown = str(sample)
    assert "TEA" in shown
    assert not any(
        word in shown for word in ("gold", "Zorro", "ivan", "9991234567", "123-45", "2000", "4510", "user-1")
    )
    assert sample["properties"]["passport"] == HIDDEN


@given(
    properties=st.recursive(
        st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=9)),
        lambda inner: st.dictionaries(st.sampled_from(["a", "email", "b.c", "d[]"]), inner | st.lists(inner)),
        max_leaves=8,
    )
)  # fmt: skip
def test_every_path_that_is_told_can_be_planned(properties: dict[str, Any]) -> None:
    at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    seen = event(1, at, properties=properties)
    for path, kind in kinds_of(seen):
        parse_plan({"name": "P", "events": [{"name": "E", "fields": [{"path": path, "type": str(kind)}]}]})
    msgspec.json.encode(sample_of(seen, {}))


@pytest.mark.parametrize(
    ("path", "pii"),
    [
        ("traits.email", "contact"), ("traits.firstName", "contact"), ("properties.phone_number", "contact"),
        ("traits.date_of_birth", "sensitive"), ("traits.birth_date", "sensitive"),
        ("properties.cardNumber", "sensitive"),
        ("properties.product_name", "none"), ("identifiers.user_id", "identifier"), ("traits.name", "contact"),
    ],
)  # fmt: skip
def test_names_of_fields_tell_what_is_personal(path: str, pii: str) -> None:
    assert str(pii_of(path)) == pii


def test_masks_hide_short_values_whole() -> None:
    assert masked("ivan@mail.test", Pii.CONTACT) == f"i{HIDDEN}st"
    assert [masked(value, Pii.CONTACT) for value in ("abcd", 1234, None, True)] == [HIDDEN, HIDDEN, None, True]
    assert masked(True, Pii.SENSITIVE) == HIDDEN


def test_files_are_held_to_the_plan_too(stores: Stores, now: datetime, ids: SeededIds) -> None:
    source = collect.import_source(stores, "Files", now=now)
    plan = {"name": "P", "unplanned_events": "quarantine", "events": [{"name": "E"}]}
    collect.save_plan(stores, parse_plan(plan), now=now, ids=ids)
    odd = event(2, now, "Odd", source.source_id, properties={"a": 1})
    odd.identifiers = {"user_id": "u", "card": "770001"}
    held = taken(stores, plan_for(stores, source), [event(1, now, "E", source.source_id), odd], path="f.yaml", now=now)
    assert [one.name for one in held] == ["E"]
    collect.keep_refusals(stores, now=now, rows_max=10)
    (letter,) = collect.letters(stores, collect.LetterFilter(), rows_max=9)
    assert (letter.reason, letter.dialect, letter.name, letter.is_history) == ("plan_violation", "import", "Odd", True)
    (again,) = accept(
        [item_of(odd)], source_id=source.source_id, received_at=now, sent_at=None, ids=ids, is_history=True
    )
    assert isinstance(again, Event)
    assert (again.identifiers, again.properties, again.occurred_at) == (odd.identifiers, odd.properties, now)
    collect.drop_plan(stores, collect.plan_of(stores, "P").plan_id)
    done = collect.replay(stores, collect.LetterFilter(), now=now)
    assert [one.outcome for one in done.results] == ["accepted"]


@pytest.mark.parametrize(
    "said", ["x", None, 5, [1], {"path": "a"}, [{"path": 1}], [{"path": "properties.a", "code": "made up"}]]
)
def test_a_sender_s_own_field_of_the_flags_name_stops_nobody(stores: Stores, now: datetime, said: Any) -> None:
    arrive(stores, [event(1, now, context={"plan_violations": said}), event(2, now)], now)
    (one,) = collect.arriving(stores, now=now)
    assert (one.events, one.flagged) == (2, 0)
    assert collect.observed(stores) == stores.log.last_position()


def test_misses_at_made_up_places_share_one_row(stores: Stores, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("omniloom.collect.observe"), "MISSES_MAX", 5)
    for first in range(0, 40, 8):
        flags = [{"path": f"properties.k{n}" + "x" * 5000, "code": "unplanned_field"} for n in range(first, first + 8)]
        arrive(stores, [event(first, now, context={"plan_violations": flags})], now)
    misses = collect.arriving_of(stores, "shop", "track", "Product Viewed").misses
    assert len(misses) == 6
    assert sum(one.events for one in misses) == 40
    assert max(len(one.path) for one in misses) <= 300
