"""Imports: rows become whole events or rejects, and nothing is added twice."""

import csv
import importlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines import open_test_stores
from tests.trying import examples

from omniloom.collect import (
    LoadProgress,
    close_abandoned,
    close_interrupted,
    import_of,
    imports,
    load,
    load_rows,
    parse_mapping,
    read_mapping,
    rejects,
    rows,
)
from omniloom.collect.file_format import formats
from omniloom.core.errors import Invalid
from omniloom.core.event import Event, decode
from omniloom.core.ids import RandomIds
from omniloom.core.money import to_minor
from omniloom.store import Stores

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOP = EXAMPLES / "shop"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

LINES: dict[str, Any] = {
    "target": "events",
    "group_by": "no",
    "event": {
        "name": "Order Completed",
        "id": "order-{no}",
        "occurred_at": "at",
        "identifiers": {"user_id": "who"},
        "properties": {"revenue": {"sum": "amount"}},
        "lines": {"amount": {"column": "price", "as": "money", "required": True}},
    },
}


def run(stores: Stores, mapping: Any, *paths: Path, **more: Any) -> Any:
    return load(stores, mapping, list(paths), now=NOW, ids=RandomIds(), rejects_dir=stores.data_dir / "rejects", **more)


def test_the_shop_example_becomes_orders_and_says_what_it_held_back(
    stores: Stores, logged: Callable[[], list[Event]]
) -> None:
    result = run(stores, read_mapping(SHOP / "orders.yaml"), SHOP / "orders.csv")
    assert (result.rows, result.added, result.known, result.rejected) == (5, 2, 0, 2)
    tea, _ = logged()
    assert (tea.message_id, tea.name) == ("order-1001", "Order Completed")
    assert tea.occurred_at == datetime(2026, 10, 3, 15, 20, tzinfo=UTC)  # 18:20 in Moscow
    assert tea.identifiers == {"email": "anna@example.test", "card": "770001"}
    assert tea.properties == {
        "order_id": "1001", "revenue": 12.4, "currency": "RUB", "channel": "store", "city": "Tver",
        "products": [
            {"product_id": "TEA-1", "name": "Tea", "category": "Drinks", "quantity": 2, "amount": 4.5},
            {"product_id": "CUP-1", "name": "Cup", "category": "Dishes", "quantity": 1, "amount": 7.9},
        ],
    }  # fmt: skip
    bad, waiting = rejects(stores, result.import_id)
    assert (bad.path, bad.row_number, bad.field, bad.value) == ("orders.csv", 4, "event.lines.quantity", "one")
    assert bad.reason == "not a number; its whole order_no (2 rows) is held back"
    assert (waiting.row_number, waiting.reason) == (5, "held back: row 4 of the same order_no is bad")
    with result.rejects_path.open() as file:
        assert [row["row_number"] for row in csv.DictReader(file)] == ["4", "5"]


def test_json_lines_become_contacts(stores: Stores, logged: Callable[[], list[Event]]) -> None:
    result = run(stores, read_mapping(SHOP / "contacts.yaml"), SHOP / "contacts.jsonl")
    anna, boris = logged()
    assert anna.identifiers == {"email": "anna@example.test", "phone": "+7 916 000-00-01"}
    assert anna.traits == {"name": "Anna", "birthday": "1990-05-01", "subscribed": True}
    assert boris.traits == {"name": "Boris", "subscribed": False}
    [nobody] = rejects(stores, result.import_id)
    assert (nobody.row_number, nobody.reason) == (3, "nobody is named: no identifier has a value")


def test_products_and_costs_come_as_rows(stores: Stores) -> None:
    [products] = rows(read_mapping(SHOP / "products.yaml"), [SHOP / "products.csv"])
    assert products[0] == {"product_id": "TEA-1", "name": "Tea", "category": "Drinks", "brand": "Ivan"}
    kept: list[dict] = []

    def save(batches: Any) -> int:
        kept.extend(row for batch in batches for row in batch)
        return len(kept)

    result = load_rows(
        stores, read_mapping(SHOP / "costs.yaml"), [SHOP / "costs.csv"], now=NOW, ids=RandomIds(), save=save,
        rejects_dir=stores.data_dir / "rejects",
    )  # fmt: skip
    assert (result.rows, result.added, result.rejected) == (3, 3, 0)
    assert kept[2] == {
        "day": "2026-10-02", "cost": 310.0, "campaign_id": "autumn", "channel": "social", "ad_group": "",
        "keyword": "", "currency": "RUB", "impressions": 22000, "clicks": 480,
    }  # fmt: skip
    assert import_of(stores, result.import_id).state == "finished"


def test_a_repeated_import_adds_nothing(stores: Stores, logged: Callable[[], list[Event]]) -> None:
    mapping = read_mapping(SHOP / "orders.yaml")
    run(stores, mapping, SHOP / "orders.csv")
    again = run(stores, mapping, SHOP / "orders.csv")
    assert (again.added, again.known) == (0, 2)
    assert len(logged()) == 2
    assert [one.added for one in imports(stores)] in ([0, 2], [2, 0])


class CutOff(Exception):
    pass


class FailingLog:
    """The real log, which dies after some appends, before or after the append reached the disk."""

    def __init__(self, stores: Stores, appends: int, *, is_after: bool) -> None:
        self.inner = stores.log
        self.left = appends
        self.is_after = is_after

    def read(self, *, after: int, rows_max: int) -> list[tuple[int, bytes]]:
        return self.inner.read(after=after, rows_max=rows_max)

    def append(self, bodies: list[bytes]) -> int:
        self.left -= 1
        if self.left < 0 and not self.is_after:
            raise CutOff
        position = self.inner.append(bodies)
        if self.left < 0:
            raise CutOff
        return position


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("appends", [0, 1, 3])
def test_an_interrupted_import_repeated_adds_the_rest_and_nothing_twice(
    stores: Stores, logged: Callable[[], list[Event]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    appends: int, is_after: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(importlib.import_module("omniloom.collect.load"), "APPEND_EVENTS_MAX", 7)
    path = tmp_path / "lines.csv"
    path.write_text("no,at,who,price\n" + "".join(f"{i % 40},2026-01-01,u{i % 40},{i}.10\n" for i in range(100)))
    mapping = parse_mapping(LINES, name="lines")
    with pytest.raises(CutOff):
        run(replace(stores, log=FailingLog(stores, appends, is_after=is_after)), mapping, path)
    before = len(logged())
    assert before == 7 * (appends + is_after)
    [cut] = imports(stores)
    assert cut.state == "failed"
    again = run(stores, mapping, path)
    assert (again.added, again.known) == (40 - before, before)
    assert sorted(event.message_id for event in logged()) == sorted(f"order-{i}" for i in range(40))


def test_imports_cut_off_by_a_crash_are_marked_at_the_next_start(stores: Stores) -> None:
    run(stores, read_mapping(SHOP / "orders.yaml"), SHOP / "orders.csv")
    assert close_interrupted(stores, now=NOW) == 0


def test_an_import_whose_process_has_gone_is_marked_where_several_share_the_stores(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = replace(stores, is_exclusive=False)
    mapping = read_mapping(SHOP / "orders.yaml")
    record = importlib.import_module("omniloom.collect.record")

    def begun() -> Any:
        return record.Record(shared, mapping, [], now=NOW, ids=RandomIds(), rejects_dir=tmp_path, progress=None)

    alive = begun()
    assert close_abandoned(shared, now=NOW).rows == 0
    alive.note(added=1, known=0, rejected=[])
    monkeypatch.setattr(record, "_STAYING", timedelta(0))  # as if it had said nothing for long
    gone = begun()
    assert close_abandoned(shared, now=NOW).rows == 1
    assert {one.import_id: one.state for one in imports(shared)} == {
        alive.import_id: "running", gone.import_id: "interrupted"
    }  # fmt: skip
    with alive:
        pass
    assert close_abandoned(shared, now=NOW).rows == 0
    assert {one.state for one in imports(shared)} == {"finished", "interrupted"}


def test_progress_counts_every_row(stores: Stores) -> None:
    seen: list[LoadProgress] = []
    run(stores, read_mapping(SHOP / "orders.yaml"), SHOP / "orders.csv", progress=seen.append)
    assert seen[-1] == LoadProgress(rows_read=5, rows_total=5, added=2, known=0, rejected=2)
    assert all(one.rows_read <= one.rows_total for one in seen)


def test_an_order_may_stand_in_two_files(stores: Stores, tmp_path: Path, logged: Callable[[], list[Event]]) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("no,at,who,price\n1,2026-01-01,u,1.10\n")
    second.write_text("price,who,no,at\n2.20,u,1,2026-01-01\n")
    run(stores, parse_mapping(LINES, name="m"), first, second)
    [order] = logged()
    assert order.properties == {"revenue": 3.3, "products": [{"amount": 1.1}, {"amount": 2.2}]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,2026-01-01,u,2.20,more", "the row has 5 values, the header 4"),
        ("1,2026-01-01,u", "the row has 3 values, the header 4"),
        ("1,2026-01-01,\udcff,2.20", "the row is not in the file's encoding"),
        ("1,2026-01-01,v,2.20", "another person than in the group's first row"),
        ("1,2026-01-01,u,=2+2", "not a number"),
        ("1,2026-01-01,u,", "no value"),
    ],
)
def test_a_bad_line_holds_back_its_whole_order_and_no_other(
    stores: Stores, tmp_path: Path, logged: Callable[[], list[Event]], line: str, reason: str
) -> None:
    path = tmp_path / "lines.csv"
    text = f"no,at,who,price\n1,2026-01-01,u,1.10\n\n2,2026-01-01,w,5.00\n{line}\n"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    result = run(stores, parse_mapping(LINES, name="m"), path)
    assert [event.message_id for event in logged()] == ["order-2"]
    held, bad = rejects(stores, result.import_id)
    assert (held.row_number, bad.row_number) == (1, 4)  # the empty second line counts, as in an editor
    assert bad.reason.startswith(reason)
    assert "row 4" in held.reason


def test_a_row_without_its_group_is_rejected(stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("no,at,who,price\n,2026-01-01,u,1.10\n,2026-01-01,u,1.10\n")
    result = run(stores, parse_mapping(LINES, name="m"), path)
    assert [(one.row_number, one.field) for one in rejects(stores, result.import_id)] == [
        (1, "event.id"),
        (2, "group_by"),
    ]


def test_no_cell_of_the_rejects_file_is_a_formula(stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text('no,at,who,price\n1,2026-01-01,u,"=HYPERLINK(""x"")"\n2,2026-01-01,u,＝1\n')
    result = run(stores, parse_mapping(LINES, name="m"), path)
    with result.rejects_path.open(encoding="utf-8") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ['\'=HYPERLINK("x")', "'＝1"]


@pytest.mark.parametrize(
    ("name", "text", "message", "hint"),
    [
        ("lines.csv", "no,at,whom,price\n", "has no column 'who'", "did you mean whom?"),
        ("lines.xls", "", "unknown file ending", ".csv"),
        ("lines.parquet", "PAR?", "cannot read lines.parquet as Parquet", ""),
    ],
)
def test_a_file_that_does_not_fit_is_named(
    stores: Stores, tmp_path: Path, name: str, text: str, message: str, hint: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(Invalid) as wrong:
        run(stores, parse_mapping(LINES, name="m"), path)
    assert message in wrong.value.message
    assert hint in wrong.value.hint
    [one] = imports(stores)
    assert one.state == "failed"
    assert message in one.error


def test_a_fault_in_the_second_file_keeps_its_words(stores: Stores, tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("no,at,who,price\n1,2026-01-01,u,1.10\n")
    second.write_text("no,at,price\n")
    with pytest.raises(Invalid, match=r"b.csv has no column 'who'"):
        run(stores, parse_mapping(LINES, name="m"), first, second)


def test_a_lookup_needs_unique_keys(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("no,at,who,price\n1,2026-01-01,u,1.10\n")
    (tmp_path / "p.csv").write_text("who,city\nu,Tver\nu,Kazan\n")
    mapping = parse_mapping({**LINES, "lookup": {"p": {"path": "p.csv", "on": {"who": "who"}}}}, name="m")
    with pytest.raises(Invalid, match="several rows for one who"):
        run(stores, mapping, tmp_path / "lines.csv")


CELLS = st.fixed_dictionaries(
    {
        "no": st.sampled_from(["1", "2", "3", "4", ""]),
        "at": st.sampled_from(["2026-01-01", "2026-02-01 10:00:00", "never"]),
        "who": st.sampled_from(["u", "u", "u", "v", ""]),
        "price": st.sampled_from(["0.10", "0.29", "1.15", "-1", "10000000.01", "x", ""]),
    }
)


def model(cells: list[dict[str, str]]) -> tuple[dict[str, tuple[int, list[int]]], set[int]]:
    """The obvious way, one row after the other: (order id -> revenue and lines in cents), rejected row numbers."""
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(cells):
        groups.setdefault(row["no"], []).append(i)
    orders, rejected = {}, set()
    for no, members in groups.items():
        lines = []
        is_good = bool(no) and cells[members[0]]["at"] != "never" and bool(cells[members[0]]["who"])
        for i in members:
            is_good = is_good and cells[i]["who"] == cells[members[0]]["who"]
            try:
                lines.append(to_minor(Decimal(cells[i]["price"]), "USD"))
            except InvalidOperation:
                is_good = False
        if is_good:
            orders[f"order-{no}"] = (sum(lines), lines)
        else:
            rejected |= {i + 1 for i in members}
    return orders, rejected


def write_csv(path: Path, cells: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["no", "at", "who", "price"])
        writer.writeheader()
        writer.writerows(cells)


def write_jsonl(path: Path, cells: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in cells))


def write_parquet(path: Path, cells: list[dict[str, str]]) -> None:
    schema = pa.schema([(name, pa.string()) for name in ("no", "at", "who", "price")])
    pq.write_table(pa.Table.from_pylist(cells, schema=schema), path)


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


@pytest.mark.parametrize("suffix", sorted(formats()))
@settings(max_examples=examples(8))
@given(cells=st.lists(CELLS, max_size=25), rows_per_batch=st.integers(1, 6))
def test_grouping_equals_the_slow_way(suffix: str, cells: list[dict[str, str]], rows_per_batch: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("omniloom.store.engines.files.BATCH_ROWS", rows_per_batch)
        path = Path(folder) / f"lines.{suffix}"
        WRITERS[suffix](path, cells)
        stores = open_test_stores(Path(folder) / "home")
        try:
            result = run(stores, parse_mapping(LINES, name="m"), path)
            found = [decode(body) for _, body in stores.log.read(after=0, rows_max=1000)]
            rejected = {reject.row_number for reject in rejects(stores, result.import_id)}
        finally:
            stores.close()
    orders, expected_rejected = model(cells)
    assert {
        event.message_id: (
            to_minor(event.properties["revenue"], "USD"),
            [to_minor(line["amount"], "USD") for line in event.properties["products"]],
        )
        for event in found
    } == orders
    assert rejected == expected_rejected
    assert result.rejected == len(expected_rejected)
    assert result.rows == len(cells)
