"""Every event query answers the same on DuckDB and on ClickHouse, over one history; so does what is built from them."""

import functools
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlglot import exp
from tests.conformance.two_engines import TwoEngines, two_engines

from omniloom import analytics, profiles, segments
from omniloom.store import EventsTx, Stores
from omniloom.store.sql import Query, parse_events, read_query, store_of

NOW = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)
PACKAGE = Path(segments.__file__).parents[1]
QUERIES = [path for path in sorted(PACKAGE.glob("**/queries/*.sql")) if store_of(path.read_text(), path) == "events"]
SLOTS = {"analytics.credits"}  # holds a name that a built tree takes the place of: money() runs it below

PEOPLE = list(range(1, 60))
_EVENTS = ["Order Completed", "Message Sent", "Consent Given", "Unsubscribed", "Nothing"]
VALUES: dict[str, list[Any]] = {
    "after": [0, 40], "through": [10**9], "rows_max": [5, 1000], "now": [NOW], "until": [NOW, NOW - timedelta(days=9)],
    "since": [NOW - timedelta(days=400), datetime(1, 1, 1, tzinfo=UTC)],
    "before": [NOW, datetime.max.replace(tzinfo=UTC)],
    "before_position": [0, 700], "day_ago": [NOW - timedelta(days=1)], "week_ago": [NOW - timedelta(days=7)],
    "currency": ["USD", "JPY"], "conversion": ["Order Completed", "Signed Up"], "campaign_id": ["c1", "none"],
    "person_ids": [PEOPLE, []], "people": [PEOPLE, []], "beginning": ["", "x"],
    "person_min": [1], "person_max": [60], "positions": [[*range(1, 9000)], []],
    "position_max": [10**9], "names": [_EVENTS, []], "key": ["city", "ключ"], "prefix": ["", "м"],
    "lookback_us": [30 * 86400 * 10**6], "order_completed": ["Order Completed"], "not_theirs": [["Message Sent"], []],
    "message": ["Message Sent"], "event": ["Product Viewed", "Order Completed"], "channel": ["store", "direct_mail"],
    "product_id": ["p1"], "responses_only": [True, False], "segment": ["Кто"], "campaign_ids": [["c1", "c2"], []],
    "with_campaign": [True, False], "with_channel": [True], "with_ad_group": [False], "with_keyword": [False, True],
    "source_id": ["omniloom", "site"], "announced": [["Segment Entered", "Signed Up"], ["Nothing"]],
    "value": ["Own"], "property": ["/brand", "/a~1b~0c"], "pointer": ["/brand", "/a~1b~0c"],
}  # fmt: skip
FOUND = {
    name: parse_events(f"test.{name}", text)
    for name, text in (
        ("segment_id", "select min(segment_id) from segments_member"),
        (
            "person_id",
            "select min(person_id) from identity_override union all select min(root_id) from identity_override",
        ),
        ("position_min", "select min(position) from identity_item"),
    )
}
AT = NOW.replace(tzinfo=None)
ODD = {"person_id": pa.int64(), "number": pa.float64(), "occurred_at": pa.timestamp("us")}
TRAITS = {
    "person_id": [3, 5, 999], "key": ["city", "age", "city"],
    "value": ['"Тверь"', None, '"x"'], "text": ["Тверь", None, "x"],
    "folded": ["тверь", None, "x"], "number": [None, None, 4.5], "occurred_at": [AT, AT - timedelta(days=9000), AT],
    "message_id": ["m1", "m2", "m3"], "source_id": ["site"] * 3,
}  # fmt: skip
STAGED: dict[str, pa.Table] = {
    "now": pa.table({"person_id": [1, 2, 3, 77]}), "gone": pa.table({"person_id": [2, 5]}),
    **dict.fromkeys(("among", "moved", "changed", "shown"), pa.table({"person_id": PEOPLE[::2]})),
    "product": pa.table({"product_id": ["p1", "p9"]}),
    "before": pa.table({"person_id": [2, 3, 5], "entered_at": pa.array([AT] * 3, pa.timestamp("us"))}),
    "override": pa.table({"person_id": [1, 2, 4], "root_id": [1, 1, 1]}), "cost": pa.table({"cost_key": ["none"]}),
    "campaign": pa.table({"campaign_id": ["c1"]}), "price": pa.table({"campaign_id": ["c1"]}),
    **dict.fromkeys(("trait", "word"), pa.table(TRAITS, schema=pa.schema([
        (name, ODD.get(name, pa.string()))
        for name in TRAITS
    ]))),
}  # fmt: skip


@pytest.fixture(scope="module", params=[1])
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoEngines]:
    with two_engines(tmp_path_factory.mktemp("parity"), now=NOW, seed=request.param) as opened:
        yield opened


def plain(value: Any) -> Any:
    """A value as it is compared: types count, and a sum of floating point numbers to twelve digits."""
    if isinstance(value, float):
        return ("float", "nan") if math.isnan(value) else ("float", f"{value:.12g}")
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return (type(value).__name__, value)


def compared(rows: list[tuple[Any, ...]], query: Query) -> list[Any]:
    found = [plain(row) for row in rows]
    return found if query.tree.args.get("order") else sorted(found, key=repr)


def asked(tx: EventsTx, query: Query) -> dict[str, Any]:
    """Stage what a query reads; the values that its parameters may have."""
    for table in query.tree.find_all(exp.Table):
        if table.name.startswith("stage_"):
            tx.stage(table.name.removeprefix("stage_"), STAGED[table.name.removeprefix("stage_")])
    names = sorted({str(node.this) for node in query.tree.find_all(exp.Placeholder)})
    return {name: sorted(row[0] for row in tx.tuples(FOUND[name])) if name in FOUND else VALUES[name] for name in names}


def combinations(values: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """The first value of every parameter, then each other value of one of them."""
    first = {name: choices[0] for name, choices in values.items()}
    yield first
    for name, choices in values.items():
        yield from ({**first, name: other} for other in choices[1:])


def answers(stores: Stores, query: Query) -> list[Any]:
    """What a query says for every combination of values; for a change, what its table holds afterwards."""
    if isinstance(query.tree, exp.Query):
        with stores.events.read() as tx:
            return [compared(tx.tuples(query, **chosen), query) for chosen in combinations(asked(tx, query))]
    table = query.tree.this.find(exp.Table).name
    whole = parse_events("test.whole", f"select * from {table}")
    found: list[Any] = []
    with pytest.raises(ZeroDivisionError), stores.events.write() as tx:
        values = asked(tx, query)
        tx.run(query, **next(combinations(values)))
        found = [compared(tx.tuples(whole), whole)]
        raise ZeroDivisionError  # the next query finds the history as it was
    with stores.events.read() as tx:
        return [*found, compared(tx.tuples(whole), whole)]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: f"{path.parent.parent.name}.{path.stem}")
def test_a_query_answers_the_same(engines: TwoEngines, path: Path) -> None:
    query = read_query(path)
    if query.name in SLOTS:
        return
    on_duckdb, on_clickhouse = (answers(stores, query) for stores in engines.both)
    assert on_clickhouse == on_duckdb


def test_queries_are_asked_of_a_history_that_has_something_to_say(engines: TwoEngines) -> None:
    silent = [
        read_query(path).name for path in QUERIES
        if read_query(path).name not in SLOTS and not any(answers(engines.duckdb, read_query(path)))
    ]  # fmt: skip
    assert silent == []


COMPARISONS: dict[str, list[Any]] = {
    "is": ["Москва", "12", 35, 3, "3.0", "true"], "is_not": ["Москва", 35, 3], "one_of": [["Own", "Москва"], [3, 35.5]],
    "contains": ["о", "_", "%"], "starts_with": ["М", "стр", "2026"], "ends_with": ["а", "\\"],
    "greater_than": [2.5, -1], "less_than": [36], "at_least": [3, 12], "at_most": [1000], "between": [[1, 35.5]],
    "before": ["2026-05-02"], "after": ["2026-04-01"], "exists": [True, False],
}  # fmt: skip
SHAPES: list[dict[str, Any]] = [
    {"did": "Order Completed"}, {"did_not": "Order Completed", "within": "30d"},
    {"did": "Order Completed", "count": {"at_least": 3}}, {"did": "Page", "count": {"exactly": 1}},
    {"did": "Order Completed", "before": "2026-05-20", "count": {"at_most": 2}},
    {"did": "Order Completed", "between": ["2026-05-01", "2026-05-30"]}, {"did": "Signed Up", "after": "20d ago"},
    {"did": "Order Completed", "sum": {"of": "revenue", "at_least": 100.5}},
    {"did": "Order Completed", "sum": {"of": "revenue", "at_most": 9999, "currency": "JPY"}},
    {"did": "Order Completed", "sum": {"of": "amount", "at_least": 10}, "where": {"product": {"category": "A"}}},
    {"did": "Order Completed", "sum": {"of": "quantity", "at_least": 1.5}},
    {"did": "Order Completed", "where": {"product": {"id": "p1"}}},
    {"did": "Order Completed", "where": {"product": {"brand": ["Own", "National"], "name": {"contains": "о"}}}},
    {"did": "Order Completed", "where": {"revenue": {"at_least": 10}, "channel": "store", "currency": ["USD", "KWD"]}},
    {"did": "Product Viewed", "sum": {"of": "size", "at_least": 3}},
    {"did": "Product Viewed", "where": {"a/b~c": "Own"}},
    {"consent": "email"}, {"consent": "sms", "given": False}, {"consent": "email", "purpose": "service"},
    {"segment": "s0"}, {"not": {"segment": "s1"}},
    {"all": [{"trait": "city", "exists": True}, {"did_not": "Order Completed"}, {"not": {"consent": "email"}}]},
    {"any": [{"trait": "age", "at_least": 35}, {"not": {"did": "Signed Up"}}, {"segment": "s1"}]},
    {"not": {"any": [{"did": "Order Completed"}, {"all": [{"consent": "sms"}, {"segment": "s0"}]}]}},
]  # fmt: skip
DEFINITIONS = [
    *SHAPES,
    *(
        {"trait": key, word: argument}
        for word, all_ in COMPARISONS.items() for argument in all_ for key in ("city", "age")
    ),
    *(
        {"did": "Product Viewed", "where": {field: {word: argument}}}
        for word, all_ in COMPARISONS.items() for argument in all_ for field in ("brand", "size")
    ),
]  # fmt: skip


def same(engines: TwoEngines, act: Callable[[Stores], Any]) -> Any:
    on_duckdb, on_clickhouse = (act(stores) for stores in engines.both)
    assert on_clickhouse == on_duckdb
    return on_duckdb


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: json.dumps(d, ensure_ascii=True)[:80])
def test_a_segment_holds_the_same_people(engines: TwoEngines, definition: Any) -> None:
    same(engines, lambda stores: segments.sample(stores, definition, now=NOW, rows_max=99))


@pytest.mark.parametrize("definition", SHAPES, ids=lambda d: json.dumps(d, ensure_ascii=True)[:80])
def test_a_segment_holds_a_person_for_the_same_reasons(engines: TwoEngines, definition: Any) -> None:
    same(engines, lambda stores: segments.count(stores, definition, now=NOW))
    same(engines, lambda stores: segments.explain(stores, definition, 4, now=NOW))


@pytest.mark.parametrize(
    ("model", "by"),
    [*((model, "campaign") for model in sorted(analytics.MODELS)),
     *(("linear", by) for by in ("channel", "ad_group", "keyword"))],
)  # fmt: skip
def test_attribution_credits_the_same(engines: TwoEngines, model: str, by: Any) -> None:
    for currency, lookback in (("USD", 30), ("JPY", 3650)):
        terms: dict[str, Any] = {"model": model, "by": by, "currency": currency, "lookback_days": lookback}
        assert same(engines, functools.partial(analytics.money, **terms)).is_reconciled


def test_people_their_timelines_and_traits_are_the_same(engines: TwoEngines) -> None:
    for person_id in (1, 3, 8, 20):
        same(engines, functools.partial(profiles.person, person_id=person_id))
        same(engines, functools.partial(profiles.timeline, person_id=person_id, rows_max=30))
    same(engines, lambda stores: profiles.traits_of(stores, list(range(1, 50))))


def test_the_overview_is_the_same(engines: TwoEngines) -> None:
    same(engines, lambda stores: analytics.overview(stores, now=NOW))
    same(engines, lambda stores: [analytics.responses(stores, campaign) for campaign in ("c1", "c2", "none")])
