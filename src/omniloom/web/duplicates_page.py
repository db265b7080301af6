"""Duplicates: pairs of customers who are likely one, side by side with the reasons, one decision after the other."""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nicegui import ui
from nicegui.events import KeyEventArguments

from omniloom import identity, profiles
from omniloom.access import Permission
from omniloom.core.errors import Conflict, OmniloomError
from omniloom.identity import Pair
from omniloom.web import parts
from omniloom.web.match_words import TITLES, WORDS
from omniloom.web.merge_people import comparison, conflicts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

PAIRS_MAX = 200
VERDICTS = {"y": "same", "н": "same", "n": "different", "т": "different"}  # by key, in either layout
Decide = Callable[[str], Awaitable[None]]
_looking = threading.Lock()  # one search for duplicates at a time in a process


@dataclass(slots=True)
class Queue:
    """The pairs of this visit, and how far they are decided."""

    pairs: list[Pair] = field(default_factory=list)
    place: int = 0
    decided: int = 0
    is_busy: bool = False

    @property
    def pair(self) -> Pair | None:
        """The pair on the screen."""
        return self.pairs[self.place] if self.place < len(self.pairs) else None


@page("/duplicates", permission=Permission.CUSTOMERS_READ, title=mark("Duplicates"), nav=215, icon="difference")
async def duplicates(view: View) -> None:
    """The queue; keys decide as the buttons do."""
    _ = view.translate
    queue = Queue()
    with parts.heading(_("Duplicates"), _("Pairs of customers who are likely one person")):
        if view.may(Permission.CUSTOMERS_WRITE):
            parts.quiet(_("Look for duplicates"), "travel_explore", on_click=lambda: _look(view)).props(
                "data-testid=duplicates-look"
            )
    box = ui.element("div").classes("om-stack")

    async def show() -> None:
        box.clear()
        with box:
            await _show(view, queue, decide)

    async def decide(verdict: str) -> None:
        pair = queue.pair
        if pair is None or queue.is_busy:
            return
        queue.is_busy = True
        try:
            if verdict != "skip":
                await _decide(view, pair, is_same=verdict == "same")
                queue.decided += 1
        except OmniloomError as error:
            view.fault(error)
        finally:
            queue.is_busy = False
        queue.place += 1
        await show()

    async def key(event: KeyEventArguments) -> None:
        verdict = "skip" if event.key.arrow_right else VERDICTS.get(str(event.key).lower())
        if verdict and event.action.keydown and not event.action.repeat:
            await decide(verdict)

    queue.pairs = view.shown(await view.run(identity.pairs_to_review, view.platform.stores, PAIRS_MAX))
    if view.may(Permission.CUSTOMERS_WRITE):
        ui.keyboard(on_key=key)
    await show()


async def _decide(view: View, pair: Pair, *, is_same: bool) -> None:
    view.require(Permission.CUSTOMERS_WRITE)
    await view.run(
        identity.decide_pair, view.platform.stores, pair.left_id, pair.right_id, is_same=is_same, by=view.user.email,
        now=view.now(), ids=view.platform.ids,
    )  # fmt: skip
    view.platform.wake.set()
    view.done(view._("Merged. The customer's page can undo it.") if is_same else view._("They stay two."))


async def _show(view: View, queue: Queue, decide: Decide) -> None:
    _ = view.translate
    pair = queue.pair
    if pair is None:
        told = _("Decided now: {n}.").format(n=queue.decided) if queue.decided else _("Nobody waits for a decision.")
        with parts.panel():
            parts.empty("done_all", _("Nothing to decide"), told)
        return
    stores = view.platform.stores
    try:
        one = view.shown(await view.run(profiles.person, stores, pair.left_id))
        other = view.shown(await view.run(profiles.person, stores, pair.right_id))
    except OmniloomError as error:
        view.fault(error)
        return
    with parts.line("om-between"):
        place = _("{n} of {all}").format(n=queue.place + 1, all=len(queue.pairs))
        parts.text(place, "om-muted").props("data-testid=duplicates-place")
        parts.badge(_("one person with {share}").format(share=view.fmt.percent(pair.probability, 1)), "info")
    ui.linear_progress(queue.place / len(queue.pairs), show_value=False).props("rounded aria-hidden=true")
    with parts.columns(wide=True):
        with parts.panel(classes="om-flush om-merge-body"):
            comparison(view, one, other)
        with parts.stack():
            _reasons(view, pair)
            if view.may(Permission.CUSTOMERS_WRITE):
                _buttons(view, decide, is_allowed=one.person_id != other.person_id and not conflicts(one, other))


def _reasons(view: View, pair: Pair) -> None:
    """What speaks for and against, the weightiest first."""
    _ = view.translate
    with parts.panel(_("Reasons")):
        for reason in sorted(pair.reasons, key=lambda reason: -abs(reason.bits)):
            with parts.line("om-between om-nowrap"):
                title, words = TITLES.get(reason.title, reason.title), WORDS.get(reason.words, reason.words)
                parts.text(f"{_(title)}: {_(words)}")
                tone = "good" if reason.bits > 0 else "bad" if reason.bits < 0 else "neutral"
                parts.badge(f"{reason.bits:+.1f}", tone)
        parts.text(_("One point doubles or halves the odds."), "om-muted")


def _buttons(view: View, decide: Decide, *, is_allowed: bool) -> None:
    _ = view.translate
    with parts.panel(_("Are they one person?")):
        if not is_allowed:
            parts.text(_("They cannot be merged: each has their own identifier of a kind that a person has once."))
        with parts.line():
            if is_allowed:
                parts.action(_("Yes, merge (Y)"), "merge", on_click=lambda: decide("same")).props(
                    "data-testid=pair-same"
                )
            parts.quiet(_("No (N)"), "close", on_click=lambda: decide("different")).props("data-testid=pair-different")
            parts.quiet(_("Later (→)"), "arrow_forward", on_click=lambda: decide("skip"))


async def _look(view: View) -> None:
    """Match everybody now; whoever is all but surely one is merged, the rest waits here."""
    _ = view.translate
    view.require(Permission.CUSTOMERS_WRITE)
    if not _looking.acquire(blocking=False):
        raise Conflict(_("Duplicates are being looked for already."), hint=_("Come back in a few minutes."))
    try:
        told = _("Looking for duplicates; this takes minutes where there are many customers.")
        ui.notify(told, type="info", timeout=4000)
        found = await view.run(_propose, view)
    finally:
        _looking.release()
    view.platform.wake.set()
    told = _("Merged: {merged}. Waiting for a decision: {waiting}.")
    view.done(told.format(merged=found.merged, waiting=found.waiting))
    ui.navigate.to("/duplicates")


def _propose(view: View) -> identity.Proposed:
    stores = view.platform.stores
    table = profiles.people_table(stores, identity.roots(stores))
    return identity.propose(stores, table, now=view.now(), ids=view.platform.ids)
