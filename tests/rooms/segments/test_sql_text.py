"""No byte of a definition enters SQL text: whatever is asked, the text is made of constants and placeholders.

Method: the rendered text is tokenised, and every literal must be from a closed list (spec/reliability.md SEC-Q2).
"""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import tokens
from sqlglot.dialects.duckdb import DuckDB
from tests.trying import examples

from omniloom.core.clock import EPOCH
from omniloom.segments import known_operators, parse
from omniloom.segments.compiler import compile_people
from omniloom.segments.operator import Takes
from omniloom.store import built

NOW = datetime(2026, 5, 31, tzinfo=UTC)
TEXTS = {"VARCHAR", "^[0-9]{4}-[0-9]{2}-[0-9]{2}"}
NUMBERS = {"0", "1", "10", "100", "1000"}
WORDS = {
    "person_id", "identity_history", "identity_history_item", "profiles_trait_current", "catalog_product", "everyone",
    "h", "i", "p", "s", "segment_0", "name", "occurred_at", "received_at", "message_id", "channel", "campaign_id",
    "order_id",
    "currency", "revenue_minor", "amount_minor", "quantity", "position", "product_id", "category", "department",
    "brand", "properties", "key", "value", "text", "folded", "number", "COUNT", "SUM", "ARG_MAX", "COALESCE",
    "LOWER", "TRIM",
    "NULLIF", "STRPOS", "STARTS_WITH", "ENDS_WITH", "REGEXP_MATCHES", "SUBSTRING", "JSON_TYPE", "JSON_EXTRACT_STRING",
    "UNNEST", "TRY_CAST", "CAST", "LEAST",
}  # fmt: skip

MARK = "zqx"  # every text of a definition carries it, so that it cannot hide among our own words
hostile = st.text(
    st.sampled_from("'\";-/*\\$:?%`()[]{}\n é") | st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12
).map(lambda text: MARK + text) | st.sampled_from([f"{MARK}' or 1=1 --", f"{MARK}\\'; drop table x", f"{MARK}$v0"])


@st.composite
def tests_of_texts(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(known_operators())))
    operator = known_operators()[name]
    if operator.takes is Takes.FLAG:
        return {name: draw(st.booleans())}
    if "text" not in operator.kinds:
        number = draw(st.integers(7_000_000, 8_000_000))
        argument: Any = "2031-01-31" if operator.kinds == ("date",) else number
    else:
        number, argument = 0, draw(hostile)
    return {name: [argument, argument] if operator.takes in (Takes.PAIR, Takes.MANY) else argument}


tests_of_texts.__test__ = False  # type: ignore[attr-defined]
leaves = st.one_of(
    st.builds(lambda key, test: {"trait": key} | test, hostile, tests_of_texts()),
    st.builds(
        lambda event, field, test, of, product: {
            "did": event, "where": {field: test, "product": {"category": product}}, "count": {"at_least": 7},
            "sum": {"of": of, "at_least": 7654321.5}, "within": "77d",
        },
        hostile, hostile, tests_of_texts(), hostile | st.sampled_from(["revenue", "amount"]), hostile,
    ),
    st.builds(lambda channel, purpose: {"consent": channel, "purpose": purpose}, hostile, hostile),
)  # fmt: skip
definitions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=4,
)


@settings(max_examples=examples(60), deadline=None)
@given(definition=definitions, inner=leaves)
def test_every_literal_is_a_constant_of_ours(definition: dict[str, Any], inner: dict[str, Any]) -> None:
    condition = parse({"all": [definition, {"segment": "zqx inner"}]})
    compiled = compile_people(condition, now=NOW, segments={"zqx inner": parse(inner)})
    text, _ = built("test", compiled.tree).render("duckdb")
    assert MARK not in text
    for token in DuckDB().tokenize(text):
        match token.token_type:
            case tokens.TokenType.STRING:
                assert token.text in TEXTS, text
            case tokens.TokenType.NUMBER:
                assert token.text in NUMBERS, text
            case tokens.TokenType.VAR | tokens.TokenType.IDENTIFIER:
                assert token.text in WORDS or token.text.removeprefix("v").isdigit(), (token.text, text)
    assert MARK in json.dumps(compiled.params, default=str)


@settings(max_examples=examples(40), deadline=None)
@given(definition=definitions, inner=leaves)
def test_the_text_does_not_depend_on_the_instant(definition: dict[str, Any], inner: dict[str, Any]) -> None:
    condition = parse({"all": [definition, {"segment": "zqx inner"}]})
    texts = []
    for now in (EPOCH, NOW):
        compiled = compile_people(condition, now=now, segments={"zqx inner": parse(inner)})
        texts.append((built("test", compiled.tree).render("duckdb"), list(compiled.params)))
    assert texts[0] == texts[1]
