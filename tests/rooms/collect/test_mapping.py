"""Mapping files: what is wrong in one is named, with the nearest right word."""

import copy
from pathlib import Path
from typing import Any

import pytest

from omniloom.collect import Mapping, parse_mapping, read_mapping
from omniloom.core.errors import Invalid

EXAMPLES = Path(__file__).parents[3] / "examples"

GOOD: dict[str, Any] = {
    "target": "events",
    "group_by": "no",
    "event": {
        "name": "Order Completed",
        "id": "order-{no}",
        "occurred_at": {"column": "at", "timezone": "Europe/Moscow"},
        "identifiers": {"user_id": "customer"},
        "properties": {"revenue": {"sum": "amount"}},
        "lines": {"amount": {"column": "price", "as": "money"}},
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    node = copy.deepcopy(GOOD)
    place: Any = node
    *parents, last = path.split("/")
    for key in parents:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return node


MAPPINGS = sorted(path for path in EXAMPLES.glob("*/*.yaml") if "\ntarget:" in f"\n{path.read_text()}")


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_is_a_good_mapping(path: Path) -> None:
    assert isinstance(read_mapping(path), Mapping)


def test_a_mapping_knows_the_columns_it_reads() -> None:
    mapping = parse_mapping(GOOD, name="orders")
    assert sorted(mapping.columns_read()) == ["at", "customer", "no", "price"]
    assert mapping.source == "orders"


@pytest.mark.parametrize(
    ("path", "value", "message", "hint"),
    [
        ("grup_by", "no", "orders: unknown field 'grup_by'", "did you mean group_by?"),
        ("event/propertis", {}, "event: unknown field 'propertis'", "did you mean properties"),
        ("event/lines/amount", {"colum": "price"}, "event.lines.amount: unknown field 'colum'", "did you mean column"),
        ("event/lines/amount", {"column": "price", "as": "mony"}, "unknown field 'mony'", "did you mean money?"),
        ("event/lines/amount", {"as": "money"}, "event.lines.amount needs exactly one of column, template", "column"),
        ("event/lines/amount", {"column": "a", "constant": 1}, "needs exactly one of", "column"),
        ("event/occurred_at", {"column": "at", "timezone": "Mars/Base"}, "there is no time zone 'Mars/Base'", "IANA"),
        ("event/identifiers", None, "event.identifiers is missing", "user_id"),
        ("event/id", None, "event.id is missing", "template"),
        ("event/id", "order-{no", "event.id.template", "{column}"),
        ("event/name", None, "event.name is missing", "Order Completed"),
        ("event/type", "trak", "event.type: unknown field 'trak'", "did you mean track?"),
        ("event/properties", {"revenue": {"sum": "price"}}, "event.properties.revenue.sum: unknown field 'price'", ""),
        ("event/lines", {"amount": "price"}, "amount is not a number", "as: money"),
        ("event/lines", None, "group_by needs event.lines", "each row"),
        ("target", "event", "orders.target: unknown field 'event'", "did you mean events?"),
        ("event", [], "event should be a table", "importing.md"),
        ("lookup", {"p": {"path": "p.csv"}}, "lookup.p needs path and on", "on:"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_named(path: str, value: Any, message: str, hint: str) -> None:
    node = changed(path, value)
    if path == "event/lines" and value is None:
        node["event"]["properties"] = {}
    with pytest.raises(Invalid) as wrong:
        parse_mapping(node, name="orders")
    assert message in wrong.value.message
    assert hint in wrong.value.hint


def test_products_and_costs_have_their_own_columns() -> None:
    with pytest.raises(Invalid, match="unknown field 'prise'"):
        parse_mapping({"target": "products", "columns": {"product_id": "sku", "prise": "p"}}, name="m")
    with pytest.raises(Invalid, match=r"columns\.day is missing"):
        parse_mapping({"target": "costs", "columns": {"cost": "spend"}}, name="m")
    with pytest.raises(Invalid, match="event is for events"):
        parse_mapping({"target": "costs", "columns": {}, "event": {}}, name="m")


def test_words_of_yaml_that_look_like_truth_values_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "target: products\nlookup: {g: {path: g.csv, on: {no: no}}}\n"
        "columns: {product_id: sku, brand: {column: b, values: {yes: Own, no: Other}}}\n"
    )
    mapping = read_mapping(path)
    assert mapping.lookups[0].on == {"no": "no"}
    assert mapping.columns[1].values == {"yes": "Own", "no": "Other"}


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    with pytest.raises(Invalid, match="cannot read"):
        read_mapping(path)
    path.write_text("a: [")
    with pytest.raises(Invalid, match="not valid YAML"):
        read_mapping(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Invalid, match="not valid YAML"):
        read_mapping(path)
