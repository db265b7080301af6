"""Definitions are read exactly, and what is wrong with one is said where it stands."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core.errors import Invalid
from omniloom.segments import describe, dump, parse
from omniloom.segments.definition import AllOf, Bounds, ConsentIs, Did, Filter, InSegment, Not, Test, Total, TraitHas
from omniloom.segments.operator import Kind
from omniloom.segments.window import Window

LAPSING = """
all:
  - trait: city
    is: Moscow
  - did: Order Completed
    within: 365d
    count: {at_least: 3}
    sum: {of: revenue, at_least: 100.00, currency: USD}
    where: {channel: store, product: {category: [COFFEE, TEA]}}
  - did_not: Order Completed
    within: 30d
  - consent: email
  - not: {segment: Staff}
"""


def test_yaml_json_and_values_read_the_same() -> None:
    condition = parse(LAPSING)
    assert condition == parse(dump(condition)) == parse(json.dumps(dump(condition)))
    assert condition == AllOf((
        TraitHas("city", (Test("is", Kind.TEXT, "Moscow"),)),
        Did(
            "Order Completed",
            window=Window("within", ("365d",)),
            where=(Filter("channel", (Test("is", Kind.TEXT, "store"),)),),
            products=(Filter("category", (Test("one_of", Kind.TEXT, ("COFFEE", "TEA")),)),),
            count=Bounds("3"),
            total=Total("revenue", Bounds("100"), "USD"),
        ),
        Did("Order Completed", is_done=False, window=Window("within", ("30d",))),
        ConsentIs("email"),
        Not(InSegment("Staff")),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("definition", "path", "words"),
    [
        ({"all": [{"trait": "x", "is": 1}, {"did": "A", "count": 3}]}, "all[1].count", "at_least: 3"),
        ({"all": [{"did": "A", "count": {"at_least": "3"}}]}, "all[0].count.at_least", "whole number"),
        ({"did": "A", "count": {"at_least": 0}}, "count.at_least", "did_not"),
        ({"did": "A", "count": {"exactly": 2, "at_most": 3}}, "count", "bounds"),
        ({"did": "A", "witin": "3d"}, "witin", "did you mean within"),
        ({"did": "A", "within": "3 fortnights"}, "within", "90d"),
        ({"did": "A", "within": "99999d"}, "within", "100 years"),
        ({"did": "A", "before": "yesterday"}, "before", "30d ago"),
        ({"did": "A", "before": "2026-13-01"}, "before", "2026-11-21"),
        ({"did": "A", "before": "2026-01-01", "after": "2025-01-01"}, "", "between"),
        ({"did": "A", "between": "2026-01-01"}, "between", "two dates"),
        ({"did": "A", "where": {"product": {"colour": "red"}}}, "where.product", "choose from"),
        ({"did": "A", "where": {"channel": {"is_nt": "x"}}}, "where.channel.is_nt", "did you mean is_not"),
        ({"did": "A", "where": {"channel": {}}}, "where.channel", "is: store"),
        ({"did": "A", "sum": {"of": "revenue"}}, "sum", "at_least"),
        ({"did": "A", "sum": {"of": "revenue", "at_least": 1, "currency": "dollars"}}, "sum.currency", "USD"),
        ({"did": ["A"]}, "did", "text"),
        ({"did": "Segment Entered"}, "did", "{segment: NAME}"),
        ({"trait": "city"}, "trait", "exists: true"),
        ({"trait": "city", "iss": "x"}, "iss", "did you mean is"),
        ({"trait": "city", "is": ["a"]}, "is", "one_of"),
        ({"trait": "city", "is": ""}, "is", "exists: false"),
        ({"trait": "city", "is": None}, "is", "write a value"),
        ({"trait": "city", "one_of": []}, "one_of", "list"),
        ({"trait": "city", "one_of": ["a", 1]}, "one_of", "mixes"),
        ({"trait": "age", "greater_than": "35"}, "greater_than", "without quotes"),
        ({"trait": "age", "between": [65, 18]}, "between", "swap"),
        ({"trait": "age", "between": [18]}, "between", "two values"),
        ({"trait": "age", "exists": "yes"}, "exists", "true or false"),
        ({"consent": "email", "given": "yes"}, "given", "true or false"),
        ({"consent": "email", "purpouse": "x"}, "purpouse", "did you mean purpose"),
        ({"any": []}, "any", "list of conditions"),
        ({"any": {"trait": "x", "is": 1}}, "any", "list of conditions"),
        ({"all": [{"not": []}]}, "all[0].not", "should be a condition"),
        ({"alll": []}, "", "did you mean all"),
        ({"all": [{"trait": "x", "is": 1}], "any": [{"trait": "x", "is": 1}]}, "", "at once"),
        ({}, "", "empty"),
        ("", "", "write a value"),
        ("all: [", "", "not valid YAML"),
        ("a: &a [*a]", "", "too deep"),
        ("[" * 5000, "", "nested"),
        ("x: " + "y" * 200_000, "", "longer"),
        ({"trait": "x", "is": "a\x00b"}, "", "NUL"),
        ({"trait": "x", "is": float("nan")}, "is", "not a text"),
        ({1: 2}, "", "quotes"),
    ],
)
def test_a_fault_is_named_with_its_place_and_its_cure(definition: Any, path: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(definition)
    said = str(caught.value)
    assert words in said
    assert caught.value.hint
    assert said.startswith(path or said[0])
    if path:
        assert caught.value.facts["path"] == path


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["all", "any", "not", "trait", "did", "within", "is", "where", "product", "90d"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["all", "any", "not", "trait", "did", "did_not", "consent", "segment", "where", "product",
                         "within", "between", "count", "sum", "is", "exists", "one_of", "at_least", "of"]),
        inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(raw=plain | st.text(max_size=60))
def test_nothing_but_invalid_ever_comes_of_nonsense(raw: Any) -> None:
    try:
        condition = parse(raw)
    except Invalid:
        return
    assert parse(dump(condition)) == condition


def test_a_definition_is_said_in_one_sentence() -> None:
    assert describe(LAPSING) == (
        "city is Moscow and did “Order Completed” at least 3 times in the last 365 days where channel is store and "
        "product category is one of COFFEE or TEA with revenue (USD) of at least 100 in total and did not do "
        "“Order Completed” in the last 30 days and agreed to marketing by e-mail and not (is in segment “Staff”)"
    )
    assert describe({"did_not": "Order Completed", "within": "30d"}, "ru") == (
        "не было «Order Completed» за последние 30 дн."
    )
    assert describe({"consent": "email"}, "ru") == "есть согласие на рекламу по эл. почте"
    assert describe({"consent": "email"}) == "agreed to marketing by e-mail"
    assert describe({"consent": "telegram"}, "ru") == "есть согласие на рекламу по telegram"
    assert describe({"segment": "8a"}, "ru", {"8a": "Лучшие"}) == "входит в сегмент «Лучшие»"
    assert describe({"consent": "*"}, "ru") == "есть согласие на рекламу по всем каналам"


def test_keys_are_called_as_the_reader_calls_them() -> None:
    condition = {
        "all": [
            {"trait": "loyalty_tier", "is": "gold"},
            {"did": "Order Completed", "sum": {"of": "revenue", "at_least": 5, "currency": "USD"},
             "where": {"channel": "store", "product": {"brand": "Own"}}},
        ]
    }  # fmt: skip
    said = describe(condition, title=lambda kind, key: f"<{kind} {key}>")
    assert said == (
        "<trait loyalty_tier> is gold and did “<event Order Completed>” where <field channel> is store "
        "and <field product.brand> is Own with <field revenue> (USD) of at least 5 in total"
    )
    assert "loyalty_tier is gold" in describe(condition)
    assert "product brand is Own" in describe(condition)
