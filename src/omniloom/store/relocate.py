"""The whole move of an installation: opens the new places, carries each store over, and says what was compared."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from omniloom.core.errors import Conflict, Invalid, OmniloomError
from omniloom.store.engines.by_url import open_events, open_logs, open_state
from omniloom.store.move import Carried, EventsOnTheWay, Note, carry_state, claim, finish
from omniloom.store.settings import StoreSettings
from omniloom.store.stores import Stores


class Stage(StrEnum):
    """How far a move is."""

    ASKED = "asked"
    AHEAD = "ahead"  # what only grows is carried over while everything works
    STANDING = "standing"  # the rest is; acts and changes wait, events are taken in
    MOVED = "moved"  # the settings name the new stores; the old ones take events until the next start
    FAILED = "failed"  # everything works as before


@dataclass(slots=True)
class Relocation:
    """A move that was asked of a running installation, and how far it is."""

    new: StoreSettings
    stage: Stage = Stage.ASKED
    rows: dict[str, int] = field(default_factory=dict)  # "<store> <table>" -> rows sent, the newest last
    carried: list[Carried] = field(default_factory=list)
    error: OmniloomError | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it was begun or is about to."""
        return self.stage in {Stage.ASKED, Stage.AHEAD, Stage.STANDING}

    def note(self, store: str, table: str, rows: int) -> None:
        """Take down how far one table is."""
        self.rows.pop(f"{store} {table}", None)
        self.rows[f"{store} {table}"] = rows


class Move:
    """One move. First ``ahead``, while the installation works; then ``rest``, while nobody writes its stores.

    Errors of all: Conflict if the new place holds anything else, or if what arrived differs from what was sent; Invalid
    if the state is not in files; Unavailable if a server is away. The installation is as it was then, and may be moved
    anew.
    """

    def __init__(
        self, stores: Stores, old: StoreSettings, new: StoreSettings, *, installation: str, note: Note, undo: ExitStack
    ) -> None:
        if old.state_url:
            raise Invalid("the state is not in files any more", hint="nothing to move", field="to")
        if not new.state_url:
            raise Invalid("the state goes to a server first", hint="--to postgresql://user@host/database", field="to")
        self._stores, self._new, self._note, self._undo = stores, new, note, undo
        self._installation = installation
        self._has_new_log = new.log_url != old.log_url
        self._state: Any = open_state(stores.data_dir, new, undo)
        claim(self._state, installation)
        self._events: EventsOnTheWay | None = None
        if new.events_url != old.events_url:
            self._events = EventsOnTheWay(stores.events, open_events(stores.data_dir, new, undo), note)

    def ahead(self) -> Iterator[None]:
        """Carry over what only grows, a chunk between two yields."""
        if self._events is not None:
            yield from self._events.ahead()

    def rest(self, *, ends: tuple[int, int]) -> list[Carried]:
        """Carry over the rest. ``ends``: where all readers of the log and of the refusals stand."""
        carried = list(self._events.rest()) if self._events is not None else []
        if self._has_new_log:
            logs: Any = open_logs(self._stores.data_dir, self._new, self._undo)
            for log, end in zip(logs, ends, strict=True):
                log.begin_after(end)
        carried += carry_state(self._stores.state, self._state, self._note)
        if different := [each for each in carried if not each.is_equal]:
            names = ", ".join(f"{each.table} ({each.sent} sent, {each.arrived} arrived)" for each in different)
            raise Conflict(f"not everything arrived: {names}", hint="call it again; nothing was switched")
        tails = ends if self._has_new_log else (None, None)
        finish(self._state, self._installation, log=tails[0], refusals=tails[1])
        return carried
