"""Moves an installation to other stores while it works.

Whoever works does the move, so that no act runs beside it: first between acts, what only grows; then, with all acts and
changes standing still, the rest. Events are taken in all the while: what comes behind the place where all readers
stood is carried over by the worker of the next start (``store.carry_tail``).
"""

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from omniloom import collect
from omniloom.app import SETTINGS_FILE, Platform
from omniloom.core.errors import Conflict, OmniloomError, Unavailable
from omniloom.store import Move, Relocation, Stage
from omniloom.store.settings import StoreSettings
from omniloom.worker.drain import drain
from omniloom.worker.loop import run_once

log = structlog.get_logger("omniloom.worker")


def attend(platform: Platform, stop: threading.Event) -> bool:
    """Do the move that was asked for, if any. Whether the acts may run: not any more once it is done."""
    order = platform.relocation
    if order is not None and order.stage is Stage.ASKED:
        try:
            relocate(platform, order, stop, between=lambda: run_once(platform, stop, is_paced=True))
        except Exception as error:
            log.error("move failed", error=str(error), exc_info=not isinstance(error, OmniloomError))
    return order is None or order.stage is Stage.FAILED


def relocate(
    platform: Platform, order: Relocation, stop: threading.Event, *, between: Callable[[], object] = lambda: None
) -> None:
    """Carry the stores over, compare, and switch the settings. ``between`` is called now and then in the first part.

    Then nothing writes the old stores any more but who takes events in. Errors: those of ``Move``; Conflict while an
    import runs; Unavailable once ``stop`` is set. Everything goes on as before then.
    """

    def note(store: str, table: str, rows: int) -> None:
        if stop.is_set():
            raise Unavailable("the server stops", hint="start it, then move anew: it goes on where it was")
        order.note(store, table, rows)

    try:
        with ExitStack() as undo:
            order.stage = Stage.AHEAD
            move = Move(
                platform.stores, platform.settings.store, order.new, note=note, undo=undo,
                installation=sha256(platform.secret).hexdigest()[:16],
            )  # fmt: skip
            for _ in move.ahead():
                between()
            _carry_rest(platform, order, move)
    except BaseException as error:
        order.stage = Stage.FAILED
        order.error = error if isinstance(error, OmniloomError) else OmniloomError(f"the move failed: {error}")
        raise


def _carry_rest(platform: Platform, order: Relocation, move: Move) -> None:
    if any(each.state == "running" for each in collect.imports(platform.stores)):
        raise Conflict("an import is running", hint="move when it has ended")
    with _standing_still(platform):
        order.stage = Stage.STANDING
        place = drain(platform)
        order.carried = move.rest(ends=(place.log, place.refusals))
        write_store_settings(platform.data_dir / SETTINGS_FILE, changed(platform.settings.store, order.new))
        order.stage = Stage.MOVED


@contextmanager
def _standing_still(platform: Platform) -> Iterator[None]:
    """Nobody else changes the stores from here on; all may again if this fails."""
    held: list[Any] = [platform.stores.state, platform.stores.events]
    try:
        for store in held:
            store.hold()
        yield
    except BaseException:
        for store in held:
            store.let_go()
        raise


def changed(old: StoreSettings, new: StoreSettings) -> dict[str, str]:
    """The addresses that a move changes, by setting."""
    names = ("state_url", "events_url", "log_url")
    return {name: str(getattr(new, name)) for name in names if getattr(new, name) != getattr(old, name)}


def write_store_settings(file: Path, values: dict[str, str]) -> None:
    """Put settings of the stores into the settings file, whole or not at all; only its owner may read it."""
    lines = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in lines if not re.match(rf"\s*({'|'.join(values)})\s*=", line)]
    if "[store]" not in (line.strip() for line in kept):
        kept += ["", "[store]"]
    at = next(number for number, line in enumerate(kept) if line.strip() == "[store]") + 1
    kept[at:at] = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    half = file.with_suffix(".half")
    half.touch(mode=0o600)
    with half.open("w") as written:
        written.write("\n".join(kept).lstrip("\n") + "\n")
        written.flush()
        os.fsync(written.fileno())
    half.replace(file)
