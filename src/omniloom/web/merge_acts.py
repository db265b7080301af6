"""Merging two customers, taking it back, and detaching an identifier, as the pages do it."""

from functools import partial

from nicegui import ui

from omniloom import identity, profiles
from omniloom.access import Permission
from omniloom.profiles import Joining
from omniloom.store import Stores
from omniloom.web import parts
from omniloom.web.view import View

BY_HAND = "by hand"


async def merge(view: View, person_id: int, other_id: int, note: str) -> None:
    """Make the other customer part of this one, and show the one there is."""
    view.require(Permission.CUSTOMERS_WRITE)
    evidence = {"by": view.user.email, **({"note": note} if note else {})}
    merge_id = await view.run(
        identity.merge, view.platform.stores, into_id=person_id, from_id=other_id, rule=BY_HAND,
        evidence=evidence, now=view.now(), ids=view.platform.ids,
    )  # fmt: skip
    view.platform.wake.set()
    ui.navigate.to(f"/customers/{person_id}?merged={merge_id}")


async def undo(view: View, merge_id: str) -> None:
    """Un-merge, and show who is a person again."""
    view.require(Permission.CUSTOMERS_WRITE)
    gone, stays = await view.run(
        identity.unmerge, view.platform.stores, merge_id, by=view.user.email, now=view.now()
    )  # fmt: skip
    view.platform.wake.set()
    ui.navigate.to(f"/customers/{stays}?apart={gone}")


async def detach(view: View, person_id: int, key: tuple[str, str], note: str) -> None:
    """Take an identifier away from a customer, and show who they are without it."""
    view.require(Permission.CUSTOMERS_WRITE)
    done = await view.run(
        identity.detach, view.platform.stores, person_id, key, by=view.user.email, now=view.now(),
        ids=view.platform.ids, note=note,
    )  # fmt: skip
    view.platform.wake.set()
    ui.navigate.to(f"/customers/{done.person_id}?detached={done.own_id}")


async def notes(view: View, person_id: int, *, merged: str, apart: int, detached: int) -> None:
    """Tell what was done just before this page was opened: a merge, whom one was taken apart from, whose one was.

    The address bar says so, and anybody may have written it: only what the journal says too is told.
    """
    if not (merged or apart or detached):
        return
    stores = view.platform.stores
    journal = await view.run(profiles.merge_journal, stores, person_id)
    parted = await view.run(_parted, stores, person_id, journal)
    _, may = view.translate, view.may(Permission.CUSTOMERS_WRITE)
    other = _("The other one")
    with ui.element("div").props("role=status"):
        if any(line.merge_id == merged and line.is_standing for line in journal):
            back = partial(undo, view, merged) if may else None
            parts.toast(view, "check_circle", _("The two are one customer now."), key="merged", undo=back)
        if apart in parted:
            to = other, f"/customers/{apart}"
            parts.toast(view, "call_split", _("They are two customers again."), key="apart", to=to)
        if detached in parted:
            to, back = (other, f"/customers/{detached}"), partial(merge, view, person_id, detached, "") if may else None
            told = _("The identifier is a customer of its own now.")
            parts.toast(view, "link_off", told, key="detached", to=to, undo=back)


def _parted(stores: Stores, person_id: int, journal: list[Joining]) -> set[int]:
    """Who is apart from a person because a merge of the two was undone."""
    sides = {number for line in journal if not line.is_standing for number in (line.from_end, line.into_end)}
    with stores.state.read() as tx:
        return set(identity.roots_of(tx, sorted(sides)).values()) - {person_id}
