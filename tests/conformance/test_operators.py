"""Every operator of a segment condition, found by listing the folder: its meaning in Python and in SQL are one."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.trying import examples

from omniloom.core.clock import EPOCH
from omniloom.core.text import folded
from omniloom.segments import Kind, Operator, Takes, describe, known_operators, parse
from omniloom.segments.comparison import Params, comparison
from omniloom.segments.definition import Test, TraitHas
from omniloom.store import EventsTx, Stores, built

KEYS = sorted(known_operators())
NOW: datetime = EPOCH
TYPES = {Kind.TEXT: "varchar", Kind.DATE: "varchar", Kind.NUMBER: "double", Kind.PRESENCE: "varchar"}
WRITTEN = {Kind.TEXT: "Moscow", Kind.NUMBER: 35, Kind.DATE: "2026-05-01", Kind.PRESENCE: True}


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def operator(key: str) -> Operator:
    return known_operators()[key]


@pytest.fixture
def tx(stores: Stores) -> Iterator[EventsTx]:
    with stores.events.read() as opened:
        yield opened


def sql_says(tx: EventsTx, key: str, kind: Kind, value: Any, argument: Any) -> bool:
    """What the engine makes of one value; NULL is no."""
    params = Params(NOW)
    column = exp.Cast(this=params.bind(value), to=exp.DataType.build(TYPES[kind], dialect="duckdb"))
    verdict = comparison(Test(key, kind, argument), column, params, is_folded=False)
    tree = exp.select(exp.alias_(exp.Coalesce(this=verdict, expressions=[exp.false()]), "holds"))
    return bool(tx.tuples(built("test.operator", tree), **params.values)[0][0])


def kind_of(operator: Operator, argument: Any) -> Kind:
    first = argument[0] if isinstance(argument, tuple) else argument
    if isinstance(first, str):
        return Kind.TEXT if Kind.TEXT in operator.kinds else Kind.DATE
    return Kind.PRESENCE if isinstance(first, bool) else Kind.NUMBER


def test_an_operator_does_what_its_examples_say(key: str, operator: Operator, tx: EventsTx) -> None:
    assert any(example.holds for example in operator.examples)
    assert any(not example.holds for example in operator.examples)
    for example in operator.examples:
        kind = kind_of(operator, example.argument)
        assert operator.matches(example.value, example.argument) is example.holds, example
        assert sql_says(tx, key, kind, example.value, example.argument) is example.holds, example


def test_only_presence_is_true_of_a_missing_value(operator: Operator) -> None:
    for example in operator.examples:
        if operator.takes is not Takes.FLAG:
            assert operator.matches(None, example.argument) is False


def test_an_operator_is_said_in_both_languages(key: str, operator: Operator) -> None:
    assert operator.title.count("{}") == operator.title_ru.count("{}") == 1
    for language in ("en", "ru"):
        said = describe({"trait": "city", key: written(operator, operator.kinds[0])}, language)
        assert said.startswith("city ")
        assert "{" not in said


def test_an_operator_can_be_written_for_each_of_its_kinds(key: str, operator: Operator) -> None:
    for kind in operator.kinds:
        condition = parse({"trait": "city", key: written(operator, kind)})
        assert isinstance(condition, TraitHas)
        assert condition.tests[0].kind is kind


def written(operator: Operator, kind: Kind) -> Any:
    value = WRITTEN[kind]
    match operator.takes:
        case Takes.MANY:
            return [value]
        case Takes.PAIR:
            return [value, value]
        case _:
            return value


# --- on values and related arguments ---------------------------------------------------------------------------------

# What collect lets in: no NUL, no half surrogates; letters that fold in surprising ways come often.
texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00") | st.sampled_from("ßẞſİıσςΣЖжﬃÅ%_\\'"), max_size=12
)
numbers = st.integers(-50, 50).map(float) | st.floats(-1e9, 1e9)
days = st.dates(date(1950, 1, 1), date(2100, 1, 1)).map(lambda day: day.isoformat())


@st.composite
def related(draw: st.DrawFn, operator: Operator, kind: Kind) -> tuple[Any, Any]:
    """A value and an argument made from it, so that both answers come often."""
    if kind is Kind.PRESENCE:
        return draw(st.none() | texts), draw(st.booleans())
    value = draw({Kind.TEXT: texts.map(folded), Kind.NUMBER: numbers, Kind.DATE: days}[kind])
    near = st.just(value) | pieces(value) if isinstance(value, str) and kind is Kind.TEXT else st.just(value)
    other = {Kind.TEXT: texts.map(folded), Kind.NUMBER: numbers, Kind.DATE: days}[kind]
    argument = near | near | other
    if operator.takes is Takes.MANY:
        return value, tuple(draw(st.lists(argument, min_size=1, max_size=3)))
    if operator.takes is Takes.PAIR:
        return value, tuple(sorted([draw(argument), draw(argument)]))
    return value, draw(argument)


def pieces(value: str) -> st.SearchStrategy[str]:
    cuts = st.integers(0, len(value))
    return st.tuples(cuts, cuts).map(lambda ends: value[min(ends) : max(ends)])


@settings(max_examples=examples(24), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_engine_and_python_agree(key: str, operator: Operator, tx: EventsTx, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(operator.kinds))
    value, argument = data.draw(related(operator, kind))
    assert sql_says(tx, key, kind, value, argument) == operator.matches(value, argument)
    assert sql_says(tx, key, kind, None, argument) == operator.matches(None, argument)


def test_related_arguments_match_often_enough(operator: Operator) -> None:
    answers: list[bool] = []

    @settings(max_examples=120, deadline=None, database=None, derandomize=True)
    @given(data=st.data())
    def measure(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(operator.kinds))
        value, argument = data.draw(related(operator, kind))
        answers.append(operator.matches(value, argument))

    measure()
    assert 0.1 < sum(answers) / len(answers) < 0.95
