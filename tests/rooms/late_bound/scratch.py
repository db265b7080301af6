"""The same history in an installation where nobody was ever merged: whoever is one person was so from the beginning.

Events, lines, identifiers, wishes and messages are put down under who people are; what rooms make of them (traits,
cards, consents, segments) is made there from nothing, by the same acts.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
from tests.engines import open_test_stores
from tests.rooms.late_bound.living import NOW

from omniloom import profiles, segments
from omniloom.store import Stores
from omniloom.store.sql import parse_events, parse_state

STATE_AS_IT_IS = (
    "messaging_mailing", "messaging_template", "messaging_suppression", "messaging_decision", "profiles_survivorship",
)  # fmt: skip
STATE_BY_PERSON = (
    "identity_identifier", "messaging_attempt", "messaging_send", "profiles_privacy_request", "profiles_preference",
)  # fmt: skip
EVENTS_AS_THEY_ARE = ("analytics_cost", "analytics_campaign", "analytics_message_price", "catalog_product")
EVENTS_BY_PERSON = ("identity_event", "identity_item")
_ONCE = {"profiles_preference": ("person_id",)}
_ORDER = {"profiles_preference": "updated_at desc, person_id desc"}


def from_scratch(living: Stores, roots: dict[int, int], folder: Path) -> Stores:
    """The second installation: of people as ``roots`` has them."""
    stores = open_test_stores(folder)
    _people(living, stores, roots)
    for table in STATE_AS_IT_IS:
        _copy_state(living, stores, table, {})
    for table in STATE_BY_PERSON:
        _copy_state(living, stores, table, roots)
    _copy_segments(living, stores)
    _copy_events(living, stores, roots)
    while not profiles.fold(stores, now=NOW, rows_max=20_000).is_done:
        pass
    segments.refresh_due(stores, now=NOW, every_s=0)
    return stores


def _people(living: Stores, stores: Stores, roots: dict[int, int]) -> None:
    with living.state.read() as tx:
        created = dict(tx.tuples(parse_state("test.created", "select person_id, created_at from identity_person")))
    rows = [
        {"person_id": root, "root_id": root, "version": 0,
         "created_at": min(created[person_id] for person_id, its_root in roots.items() if its_root == root)}
        for root in sorted(set(roots.values()))
    ]  # fmt: skip
    _insert(stores, "identity_person", rows)


def _copy_state(living: Stores, stores: Stores, table: str, roots: dict[int, int]) -> None:
    order = f" order by {_ORDER[table]}" if table in _ORDER else ""
    with living.state.read() as tx:
        rows = tx.rows(parse_state(f"test.{table}", f"select * from {table}{order}"))
    for row in rows:
        if roots:
            row["person_id"] = roots[row["person_id"]]
    if table in _ONCE:  # of several the first, as each room says which that is
        first: dict[Any, dict[str, Any]] = {}
        for row in rows:
            first.setdefault(tuple(row[name] for name in _ONCE[table]), row)
        rows = list(first.values())
    _insert(stores, table, rows)


def _copy_segments(living: Stores, stores: Stores) -> None:
    with living.state.read() as tx:
        rows = tx.rows(parse_state("test.segments", "select * from segments_segment"))
    _insert(stores, "segments_segment", [{**row, "members": 0, "refreshed_at": None} for row in rows])


def _insert(stores: Stores, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    with stores.state.write() as tx:
        tx.many(parse_state(f"test.into_{table}", f"insert into {table} ({columns}) values ({values})"), rows)


def _copy_events(living: Stores, stores: Stores, roots: dict[int, int]) -> None:
    with living.events.read() as tx:
        tables = {
            name: tx.arrow(parse_events(f"test.{name}", f"select * from {name}"))
            for name in EVENTS_AS_THEY_ARE + EVENTS_BY_PERSON
        }
        through = tx.cursor("identity")
    with stores.events.write() as tx:
        for name, rows in tables.items():
            if name in EVENTS_BY_PERSON:
                people = [roots.get(person_id, person_id) for person_id in rows["person_id"].to_pylist()]
                at = rows.column_names.index("person_id")
                rows = rows.set_column(at, "person_id", pa.array(people, pa.int64()))
            if rows.num_rows:
                tx.append(name, rows)
        tx.move_cursor("identity", through)
