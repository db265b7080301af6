"""Sources: what sends events here, each with a write key that names it."""

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from omniloom.core.clock import Clock, instant
from omniloom.core.errors import Conflict, Denied, Invalid, Unavailable
from omniloom.core.ids import Ids, digest
from omniloom.core.text import clean
from omniloom.store import Row, Stores, query

KINDS = ("website", "app", "server", "import", "webhook")
SECRET_KINDS = frozenset(("server", "import", "webhook"))  # nobody but their owner can send in their name
NAME_CHARS_MAX = 100
KEY_CHARS_MAX = 200
_KEY = re.compile(rf"(?!off_)[A-Za-z0-9._:~-]{{1,{KEY_CHARS_MAX}}}")
OFF = "off_"  # begins the key of a source that takes no requests
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Source:
    """One sender. ``write_key`` may only add events; that of a website or an app is public: it stands in trackers."""

    source_id: str
    name: str
    kind: str
    write_key: str
    created_at: datetime
    disabled_at: datetime | None


def add_source(stores: Stores, *, name: str, kind: str, now: datetime, ids: Ids, write_key: str = "") -> Source:
    """A new source with its write key: the one given, which installed trackers carry already, or a new one.

    Errors: Invalid for an empty name, an unknown kind or an unfit key; Conflict if the name or the key is taken.
    """
    if write_key and _KEY.fullmatch(write_key) is None:
        raise Invalid(
            f"the key {write_key[:40]!r} is unfit", hint="1 to 200 letters, digits and . : _ -", field="write_key"
        )
    if write_key and _has_key(stores, write_key):
        raise Conflict(f"another source has the key {write_key!r}", hint="one key names one source", field="write_key")
    return _added(stores, name=name, kind=kind, write_key=write_key or f"wk_{ids.token()}", now=now, ids=ids)


def _has_key(stores: Stores, write_key: str) -> bool:
    with stores.state.read() as tx:
        return tx.one(query(__file__, "source_of_key"), write_key=write_key) is not None


def closed_source(stores: Stores, *, name: str, kind: str, now: datetime, ids: Ids) -> Source:
    """A new source that has a door of its own (a webhook) and whose key opens no other. Errors: as ``add_source``."""
    return _added(stores, name=name, kind=kind, write_key=f"{OFF}{ids.token()}", now=now, ids=ids)


def _added(stores: Stores, *, name: str, kind: str, write_key: str, now: datetime, ids: Ids) -> Source:
    name = clean(name.strip(), field="name")
    if not name or len(name) > NAME_CHARS_MAX:
        raise Invalid(
            f"name must have 1 to {NAME_CHARS_MAX} characters", hint="name what sends the events", field="name"
        )
    if kind not in KINDS:
        raise Invalid(f"kind {kind!r} is unknown", hint=f"use one of {', '.join(KINDS)}", field="kind")
    source = Source(ids.token()[:12], name, kind, write_key, now, None)
    is_new = _insert(stores, source) > 0
    _added_here.count += 1
    if not is_new:
        raise Conflict(f"there is already a source named {name!r}", hint="choose another name", field="name")
    return source


def sources(stores: Stores) -> list[Source]:
    """All sources by name, disabled ones included."""
    with stores.state.read() as tx:
        return [_source(row) for row in tx.rows(query(__file__, "sources"))]


def source_of_key(stores: Stores, write_key: str) -> Source:
    """The source a write key belongs to. Errors: Denied if there is none, or it is disabled."""
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "source_of_key"), write_key=write_key)
    if row is None or write_key.startswith(OFF):
        raise Denied("unknown write key", hint="copy the key from Sources; send it as the HTTP Basic user name")
    if row["disabled_at"] is not None:
        raise Denied(f"the source {row['name']!r} is disabled", hint="enable it in Sources, or use another key")
    return _source(row)


def is_secret(stores: Stores, source_id: str) -> bool:
    """Whether only its owner can send in a source's name; unknown sources are anybody's."""
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "source"), source_id=source_id)
    return row is not None and row["kind"] in SECRET_KINDS


def is_public(stores: Stores, source_id: str) -> bool:
    """Whether a source's key stands in a page or an app, for everybody to read and to send with."""
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "source"), source_id=source_id)
    return row is not None and row["kind"] not in SECRET_KINDS


def disable_source(stores: Stores, source_id: str, *, now: datetime) -> None:
    """Stop taking events of a source; its history stays."""
    with stores.state.write() as tx:
        tx.run(query(__file__, "disable_source"), source_id=source_id, now=now)


def import_source(stores: Stores, name: str, *, now: datetime) -> Source:
    """The source that a mapping names, made on first use with an id that follows from the name alone.

    So an import into a new installation gives the same message keys, and repeating one adds nothing.
    """
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "source_of_name"), name=name)
    if row is not None:
        return _source(row)
    source_id = f"import-{digest('collect.source', name)[:12]}"
    # An import has no tracker: intake refuses keys that begin so, though the column wants a value.
    source = Source(source_id, name, "import", f"{OFF}{source_id}", now, None)
    _insert(stores, source)
    return source


class SourceKeys:
    """Write keys looked up a moment ago, so that a busy source, or a tracker without one, costs no query per request.

    A key that was unknown is asked for again when a source was added by this process, or a moment later.
    """

    KEPT = timedelta(seconds=5)
    UNKNOWN_KEPT = timedelta(seconds=2)
    KEYS_MAX = 1000

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores = stores
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, tuple[datetime, Source]] = {}
        self._refused: dict[str, tuple[datetime, int, Denied]] = {}

    def source_of(self, write_key: str) -> Source:
        """As ``source_of_key``, at most 5 seconds old while the store answers. Errors: Denied; Unavailable."""
        now = self._clock.now()
        kept = self._found.get(write_key)
        if kept is not None and abs(now - kept[0]) < self.KEPT:
            return kept[1]
        refused, added = self._refused.get(write_key), _added_here.count
        if refused is not None and abs(now - refused[0]) < self.UNKNOWN_KEPT and refused[1] == added:
            raise Denied(refused[2].message, hint=refused[2].hint)
        try:
            source = source_of_key(self._stores, write_key)
        except Denied as error:
            if len(write_key) <= KEY_CHARS_MAX:  # anything may be sent as a key
                self._keep(self._refused, write_key, (now, added, error))
            raise
        except Unavailable:
            if kept is None:
                raise
            return kept[1]  # events come in also while the state store is away
        self._keep(self._found, write_key, (now, source))
        return source

    def _keep(self, among: dict[str, Kept], write_key: str, what: Kept) -> None:
        with self._lock:
            if len(among) >= self.KEYS_MAX:
                among.clear()
            among[write_key] = what


class _Additions:
    """How many sources this process has added."""

    count = 0


_added_here = _Additions()


def _insert(stores: Stores, source: Source) -> int:
    with stores.state.write() as tx:
        return tx.run(
            query(__file__, "add_source"),
            source_id=source.source_id,
            name=source.name,
            kind=source.kind,
            write_key=source.write_key,
            created_at=source.created_at,
        )


def _source(row: Row) -> Source:
    disabled_at = row["disabled_at"]
    return Source(
        row["source_id"],
        row["name"],
        row["kind"],
        row["write_key"],
        instant(row["created_at"]),
        None if disabled_at is None else instant(disabled_at),
    )
