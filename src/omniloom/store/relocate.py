"""The whole move of an installation: opens the new places, carries each store over, and says what was compared."""

from contextlib import ExitStack
from typing import Any

from omniloom.core.errors import Conflict
from omniloom.store.engines.by_url import open_events, open_logs, open_state
from omniloom.store.move import Carried, Note, carry_events, carry_state, claim, finish
from omniloom.store.settings import StoreSettings
from omniloom.store.stores import Stores


def move_stores(
    stores: Stores, old: StoreSettings, new: StoreSettings, *, installation: str, ends: tuple[int, int], note: Note,
    undo: ExitStack,
) -> list[Carried]:  # fmt: skip
    """Carry over each store whose address changes. ``ends``: where all readers of the log and of the refusals stand.

    Errors: Conflict if the new place holds anything else, or if what arrived differs from what was sent; Unavailable
    if a server is away. The installation is as it was then, and the call may be repeated.
    """
    state = open_state(stores.data_dir, new, undo)
    claim(state, installation)
    carried: list[Carried] = []
    if new.events_url != old.events_url:
        carried += carry_events(stores.events, open_events(stores.data_dir, new, undo), note)
    has_new_log = new.log_url != old.log_url
    if has_new_log:
        logs: Any = open_logs(stores.data_dir, new, undo)
        for log, end in zip(logs, ends, strict=True):
            log.begin_after(end)
    carried += carry_state(stores.state, state, note)
    if different := [each for each in carried if not each.is_equal]:
        names = ", ".join(f"{each.table} ({each.sent} sent, {each.arrived} arrived)" for each in different)
        raise Conflict(f"not everything arrived: {names}", hint="call it again; nothing was switched")
    finish(state, installation, log=ends[0] if has_new_log else None, refusals=ends[1] if has_new_log else None)
    return carried
