"""The map of what is stored where, made from what the rooms declare: for the operator, the lawyer and the regulator."""

from dataclasses import dataclass

from omniloom.privacy.holdings import HOLDINGS
from omniloom.privacy.retention import rules
from omniloom.store import Erasing, FieldClass, Stores

FILES = (
    ("rejects/*.csv", "rows that imports rejected", "until you delete them",
     "a person's rows go with erasure; delete the files at any time"),
    ("erasures.jsonl", "digests of erased identifiers, to replay on a restored backup", "for ever", ""),
    ("secret.key", "the key that signs links and seals credentials", "for ever", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One table or file: what it is for, what its fields give away, how long it is kept, where it lies.

    ``purpose``, ``note`` and a ``retention`` without days are read by people: the interface translates them.
    """

    store: str
    table: str
    location: str
    kind: str
    purpose: str
    fields: dict[str, FieldClass]
    is_personal: bool
    days: int | None
    retention: str
    erasure: str
    note: str


def data_map(stores: Stores) -> list[Place]:
    """Every table of every store, then files."""
    kept = {(rule.store, rule.table): rule for rule in rules(stores)}
    places = []
    for holding in HOLDINGS:
        rule = kept.get((holding.store, holding.table))
        days = rule.days if rule else None
        is_personal = bool(holding.found) or holding.store == "log"
        places.append(Place(
            holding.store, holding.table, location(stores, holding.store), holding.kind, holding.purpose,
            holding.fields, is_personal, days,
            f"{days} days ({rule.said_by})" if rule and days else "while it is needed",
            holding.erasing if is_personal else Erasing.KEEP, holding.note,
        ))  # fmt: skip
    return places + [
        Place("files", name, f"{stores.data_dir.name}/{name}", "platform", purpose, {}, name.endswith(".csv"), None,
              kept_for, Erasing.DELETE if name.endswith(".csv") else Erasing.KEEP, note)
        for name, purpose, kept_for, note in FILES
    ]  # fmt: skip


def location(stores: Stores, store: str) -> str:
    """The engine of a store, and its file where it is one. Addresses of servers stay in the settings."""
    engine = {"state": stores.state, "events": stores.events, "log": stores.log}[store]
    files = {"SqliteState": "state.db", "DuckEvents": "events.duckdb", "SqliteLog": "log.db, refusals.db"}
    name = type(engine).__name__
    return f"{stores.data_dir.name}/{files[name]}" if name in files else name.removesuffix("State").removesuffix("Log")
