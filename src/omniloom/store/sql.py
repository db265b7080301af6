"""SQL texts: one file, one query, beside its room; or built as sqlglot trees. Never text put together from values.

State queries are written in SQLite's dialect and event queries in DuckDB's (the embedded engines, so what you read
is what runs there); sqlglot turns them into another engine's when loaded. Parameters are named (``:name``). A list
goes to ``in (:name)``, which each engine gets in its own form. See docs/decisions/0002.
"""

import functools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import sqlglot
from sqlglot import exp

from omniloom.core.errors import Misconfigured
from omniloom.store.postgres_sql import postgres_query

CANONICAL = {"state": "sqlite", "events": "duckdb"}


class Query:
    """One query: a name for traces, and its tree. Rendered once per dialect.

    A text is parsed when its tree is first asked for: a process knows hundreds of queries and starts with few.
    Errors, of whoever asks for the tree: Misconfigured if the text is not one valid statement.
    """

    __slots__ = ("_made", "name")

    def __init__(self, name: str, made: exp.Expression | Callable[[], exp.Expression]) -> None:
        self.name = name
        self._made = made

    @property
    def tree(self) -> exp.Expression:
        """The statement. Whoever changes it changes a copy."""
        if not isinstance(self._made, exp.Expression):
            with _parsing:
                if not isinstance(self._made, exp.Expression):  # another thread may have been quicker
                    self._made = self._made()
        return self._made

    def render(self, dialect: str) -> tuple[str, frozenset[str]]:
        """(text in the dialect, names of the parameters that are lists)."""
        return _render(self, dialect)

    def __hash__(self) -> int:
        return id(self.tree)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and other.tree is self.tree


_parsing = threading.RLock()


def parsing() -> AbstractContextManager[bool]:
    """Held while sqlglot works, for engines that turn trees themselves."""
    return _parsing


@functools.cache
def query(package_file: str, name: str) -> Query:
    """The query ``queries/<name>.sql`` beside a room's module: ``query(__file__, "members")``.

    The first line says ``-- store: state`` or ``-- store: events``. Errors: Misconfigured without it.
    """
    return _of_file(Path(package_file).parent / "queries" / f"{name}.sql")


def read_query(path: Path) -> Query:
    """The query of one file, parsed. Errors: Misconfigured without its header or if it is not one valid statement."""
    read = _of_file(path)
    _ = read.tree
    return read


def _of_file(path: Path) -> Query:
    text = path.read_text()
    store = store_of(text, path)
    return Query(f"{path.parent.parent.name}.{path.stem}", lambda: _statement(text, store, path))


def _statement(text: str, store: str, path: Path) -> exp.Expression:
    try:
        statements = [s for s in sqlglot.parse(text, dialect=CANONICAL[store]) if s is not None]
    except sqlglot.errors.SqlglotError as error:
        raise Misconfigured(f"{path.name}: {error}", hint="correct the SQL file") from error
    if len(statements) != 1:
        raise Misconfigured(f"{path.name} holds {len(statements)} statements", hint="one file, one query")
    return cast("exp.Expression", statements[0])


def store_of(text: str, path: Path) -> str:
    """Which store a SQL file is for, from its ``-- store:`` header."""
    for line in text.splitlines():
        if line.startswith("-- store:"):
            store = line.removeprefix("-- store:").strip()
            if store in CANONICAL:
                return store
    raise Misconfigured(f"{path.name} lacks its header", hint="begin it with `-- store: state` or `-- store: events`")


def built(name: str, tree: exp.Expression) -> Query:
    """A query built as a tree (segments, funnels). Values in it must be named placeholders: text never enters."""
    return Query(name, tree)


def parse_state(name: str, text: str) -> Query:
    """A constant state query written in code (engines and migrations only)."""
    return Query(name, lambda: _one(text, "state"))


def parse_events(name: str, text: str) -> Query:
    """A constant event query written in code (engines and migrations only)."""
    return Query(name, lambda: _one(text, "events"))


def _one(text: str, store: str) -> exp.Expression:
    return cast("exp.Expression", sqlglot.parse_one(text, dialect=CANONICAL[store]))


@functools.lru_cache(maxsize=2048)
def _render(query: Query, dialect: str) -> tuple[str, frozenset[str]]:
    tree = query.tree.copy()
    if dialect == "postgres":
        with _parsing:
            return postgres_query(tree)
    lists: set[str] = set()
    for node in list(tree.find_all(exp.In)):
        values = node.expressions
        if len(values) == 1 and isinstance(values[0], exp.Placeholder):
            name = str(values[0].this)
            lists.add(name)
            node.set("expressions", None)
            node.set("query", _list_members(name, dialect).subquery())
    with _parsing:
        return tree.sql(dialect=dialect, comments=False), frozenset(lists)


def _list_members(name: str, dialect: str) -> exp.Select:
    """The members of a list parameter as rows."""
    placeholder = exp.Placeholder(this=name)
    if dialect == "sqlite":
        return exp.select("value").from_(exp.Anonymous(this="json_each", expressions=[placeholder]))
    return exp.select(exp.Explode(this=placeholder))
