"""Forward-only migrations: one visible timeline in ``migrations/``, one room and one concern a file.

A file's name sorts it (``2026_11_21_1_identity_first.sql``), its first line names its store. Each runs once, in one
transaction with the row that remembers it. ``schema.<store>.sql`` beside them is what they add up to (``make schema``).
"""

import functools
from pathlib import Path
from typing import Protocol

import sqlglot

from omniloom.core.errors import Misconfigured
from omniloom.store.append_only import guards
from omniloom.store.postgres_sql import postgres_script
from omniloom.store.sql import CANONICAL, store_of

_LEDGER = "create table if not exists store_migration (name text primary key);"


class Migratable(Protocol):
    """A store with tables: it runs scripts and shows its schema."""

    dialect: str

    def execute_script(self, text: str) -> None:
        """Run statements in one transaction."""
        ...

    def applied(self) -> set[str]:
        """Names of the migrations that have run."""
        ...


def folder() -> Path:
    """Where migrations lie: in the package once installed, else at the top of the checkout."""
    here = Path(__file__).resolve()
    for candidate in (here.parents[1] / "migrations", here.parents[3] / "migrations"):
        if candidate.is_dir():
            return candidate
    raise Misconfigured("the migrations folder is missing", hint="reinstall omniloom")


def migrate(store: Migratable, kind: str, source: Path | None = None) -> list[str]:
    """Bring a store's tables up to date; the names that ran now.

    Errors: Misconfigured if the store remembers a migration this version does not have (a newer version wrote it).
    """
    store.execute_script(_LEDGER)
    known = _shipped(kind) if source is None else _timeline(source, kind)
    applied = store.applied()
    if newer := applied - {path.stem for path in known}:
        raise Misconfigured(
            f"the data was written by a newer version (it has {', '.join(sorted(newer))})",
            hint="upgrade omniloom",
        )
    pending = [path for path in known if path.stem not in applied]
    for path in pending:
        script = _translated(path.read_text(), kind, store.dialect)
        store.execute_script(f"{script}\ninsert into store_migration (name) values ('{path.stem}');")
    return [path.stem for path in pending]


@functools.cache
def _shipped(kind: str) -> list[Path]:
    """Those of the version that runs, read once: a process may open many stores."""
    return _timeline(folder(), kind)


def _timeline(source: Path, kind: str) -> list[Path]:
    return [path for path in sorted(source.glob("[0-9]*.sql")) if store_of(path.read_text(), path) == kind]


def _translated(text: str, kind: str, dialect: str) -> str:
    if dialect in {CANONICAL[kind], "clickhouse"}:  # ClickHouse's engine turns tables itself: it knows how each lies
        return text + guards(text, dialect)
    if dialect == "postgres":
        return postgres_script(text) + guards(text, dialect)
    return ";\n".join(sqlglot.transpile(text, read=CANONICAL[kind], write=dialect)) + ";"
