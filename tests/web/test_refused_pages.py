"""Refused events, plans and what arrives, as pages: nothing hostile becomes markup, and the picture is the data's."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.test_translations import missing

from omniloom import collect
from omniloom.collect import (
    Action,
    Arrival,
    Drop,
    DropReason,
    FieldType,
    Pii,
    PlannedField,
    ViolationCode,
    encode_refusal,
    parse_plan,
)
from omniloom.core.event import Event
from omniloom.store import settle_through
from omniloom.web.arriving_rows import arrivals, sparkline
from omniloom.web.json_lines import lines_of, marked
from omniloom.web.plan_form_event import values_of
from omniloom.web.plan_words import ACTIONS, CLASSES, CODES, KINDS
from omniloom.web.refused_words import REFUSALS, STATUSES

HOSTILE = "<script>alert(7)</script>"


def test_every_reason_kind_and_action_has_its_words():
    assert {str(one) for one in DropReason} <= set(REFUSALS)
    assert set(KINDS) == {str(one) for one in FieldType}
    assert set(CLASSES) == {str(one) for one in Pii}
    assert set(ACTIONS) == {str(one) for one in Action}
    assert set(CODES) == {str(one) for one in ViolationCode}
    words = {label for label, _tone in STATUSES.values()}.union(*(w.values() for w in (REFUSALS, KINDS, CODES)))
    assert missing(words) == []


@pytest.fixture(scope="module")
def shop(site):
    """A source with a plan, a letter, and events of which one is not planned; hostile words in each."""
    platform = site.platform
    stores, now, ids = platform.stores, platform.now(), platform.ids
    source = collect.add_source(stores, name="Shop <i>1</i>", kind="website", now=now, ids=ids)
    plan = {"name": f"Plan {HOSTILE}"[:60], "sources": [source.name], "events": [
        {"name": "Planned", "fields": [{"path": "properties.a", "type": "integer"}]}, {"name": "Awaited"}]}  # fmt: skip
    collect.save_plan(stores, parse_plan(plan), now=now, ids=ids)
    drop = Drop(DropReason.NO_NAME, "properties.x", HOSTILE)
    arrival = Arrival(source.source_id, "segment", "/v1/batch", now)
    refused = collect.refusals_of([drop], [{"type": "track", "event": HOSTILE, "properties": {"x": HOSTILE}}], arrival)
    stores.refusals.append([encode_refusal(one) for one in refused])
    collect.keep_refusals(stores, now=now, rows_max=100)
    events = [
        Event(source_id=source.source_id, message_id=f"w{n}", type="track", name=name, occurred_at=now, received_at=now,
              identifiers={"user_id": "u"}, properties={"a": HOSTILE})
        for n, name in enumerate(["Planned", "Planned", HOSTILE])
    ]  # fmt: skip
    collect.append(stores, events)
    settle_through(stores, stores.log.last_position(), now=now)
    while not collect.observe(stores, now=now, rows_max=1000).is_done:
        """What other tests sent to this site comes first."""
    return source


def test_the_pages_show_what_is_there_as_text(site, shop):
    (letter,) = collect.letters(site.platform.stores, collect.LetterFilter(source_id=shop.source_id), rows_max=9)
    plan = next(one for one in collect.plans(site.platform.stores) if shop.name in one.plan.sources)
    for path, words in (
        ("/refused", ["Refused events", "the event has no name"]),
        (f"/refused?source={shop.source_id}&reason=no_name&q=alert&status=", ["properties.x"]),
        (f"/refused/{letter.letter_id}", ["As it came", "Replay corrected"]),
        ("/arriving", ["Planned", "Not planned", "Does not arrive", "om-spark"]),
        (f"/arriving/{shop.source_id}?type=track&name=Planned", ["properties.a", "whole number", "Last samples"]),
        ("/plans", ["Tracking plans"]),
        (f"/plans/{plan.plan_id}", ["Planned", "Awaited"]),
    ):
        answer = site.get(path, role="owner")
        assert answer.status_code == 200, path
        assert HOSTILE not in answer.text, path
        assert [word for word in words if word not in answer.text] == [], path


def test_who_may_only_look_finds_no_switch(site, shop):
    (letter,) = collect.letters(site.platform.stores, collect.LetterFilter(source_id=shop.source_id), rows_max=9)
    plan = next(one for one in collect.plans(site.platform.stores) if shop.name in one.plan.sources)
    assert "refused-raw" in site.get(f"/refused/{letter.letter_id}", role="owner").text
    assert "refused-raw" not in site.get(f"/refused/{letter.letter_id}", role="operator").text
    assert "plan-save" not in site.get(f"/plans/{plan.plan_id}", role="operator").text
    assert "refused-replay" not in site.get("/refused", role="operator").text


def test_unknown_ones_are_explained(site):
    for path in ("/refused/999999", "/plans/none", "/arriving/none?type=track&name=x"):
        assert site.get(path, role="owner").status_code == 404, path


def test_rows_hold_what_arrives_and_what_is_awaited(site, shop):
    view = SimpleNamespace(platform=site.platform, now=site.platform.now)
    rows = {row.name: row for row in arrivals(view, [shop.source_id]).rows}
    assert (rows["Planned"].arriving.events, rows["Planned"].planned.name) == (2, "Planned")
    assert rows[HOSTILE].planned is None
    assert rows["Awaited"].arriving is None


def test_a_spark_line_has_a_bar_a_day_as_high_as_its_share():
    svg = sparkline([0, 5, 10])
    assert svg.count("<rect") == 3
    assert 'height="26"' in svg.split("<rect")[3]
    assert 'height="13"' in svg.split("<rect")[2]
    assert sparkline([]).count("<rect") == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(value=JSON)
def test_lines_of_json_are_that_json(value):
    assert json.loads("\n".join(line for _path, line in lines_of(value))) == value


def test_the_fault_is_marked_where_it_is_or_where_it_should_be():
    raw = json.dumps({"event": "E", "properties": {"products": [{"price": 1}, {"price": "x"}]}})
    found = [line.strip() for line, is_fault in marked(raw, "properties.products[1].price") if is_fault]
    assert found == ['"price": "x"']
    absent = [line.strip() for line, is_fault in marked(raw, "properties.order_id") if is_fault]
    assert absent == ['"properties": {']
    assert not any(is_fault for _line, is_fault in marked(raw, "userId"))
    assert marked("{broken", "event") == [("{broken", False)]


def test_allowed_values_are_read_as_the_fields_kind():
    def read(text, kind):
        return values_of(text, PlannedField(path="properties.a", type=kind))

    assert read("a, b ,,", FieldType.TEXT) == ["a", "b"]
    assert read("1, 2.5, x", FieldType.NUMBER) == [1, 2.5, "x"]
    assert read("true, no", FieldType.BOOLEAN) == [True, "no"]
    assert read("1", FieldType.ANY) == ["1"]


def test_what_is_kept_aside_is_counted_at_its_own_source(site):
    """Two sources send an event of one name; only one of them sends it against its plan."""
    from omniloom.web.arriving_page import _refused

    stores, now = site.platform.stores, site.platform.now()
    desk = collect.add_source(stores, name="Desk with a plan", kind="server", now=now, ids=site.platform.ids)
    arrival = Arrival(desk.source_id, "segment", "/v1/batch", now)
    drop = Drop(DropReason.PLAN_VIOLATION, "properties.a", "plan x: properties.a is missing")
    refused = collect.refusals_of([drop], [{"type": "track", "event": "Kept aside here"}], arrival)
    stores.refusals.append([encode_refusal(one) for one in refused])
    collect.keep_refusals(stores, now=now, rows_max=100)
    found = _refused(SimpleNamespace(platform=site.platform), "")
    assert found[desk.source_id, "Kept aside here"] == 1
    assert found["another", "Kept aside here"] == 0
