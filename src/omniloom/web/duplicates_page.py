"""Duplicates: pairs of customers who are likely one, side by side with the reasons, one decision after the other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nicegui import ui
from nicegui.events import KeyEventArguments

from omniloom import identity, profiles
from omniloom.access import Permission
from omniloom.core.errors import OmniloomError
from omniloom.identity import Pair
from omniloom.web import parts
from omniloom.web.match_words import TITLES, WORDS
from omniloom.web.matching_panel import MatchingPanel
from omniloom.web.merge_people import comparison, conflicts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

PAIRS_MAX = 200
UNKNOWN = "unknown"
VERDICTS = {"y": "same", "н": "same", "n": "different", "т": "different"}  # by key, in either layout
Decide = Callable[[str], Awaitable[None]]


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
    """The search, the queue; keys decide as the buttons do."""
    _ = view.translate
    with parts.heading(_("Duplicates"), _("Pairs of customers who are likely one person")):
        actions = ui.element("div")
    search = MatchingPanel(view)
    review = Review(view)
    search.ended = review.fill
    if view.may(Permission.CUSTOMERS_WRITE):
        with actions:
            look = parts.quiet(_("Look for duplicates"), "travel_explore", on_click=search.begin)
            look.props("data-testid=duplicates-look").bind_enabled_from(search, "is_running", lambda runs: not runs)
        ui.keyboard(on_key=review.key)
    await search.follow()
    await review.fill()


class Review:
    """The queue on the page, one pair after the other."""

    def __init__(self, view: View) -> None:
        self._view, self._queue = view, Queue()
        self._told = ui.element("div").props("role=status")
        self._box = ui.element("div").classes("om-stack")

    async def fill(self) -> None:
        """Take what waits by now, unless somebody is in the middle of it."""
        view, queue = self._view, self._queue
        if queue.place:
            view.done(view._("The search has ended. Reload the page to see what it found."))
            return
        queue.pairs = view.shown(await view.run(identity.pairs_to_review, view.platform.stores, PAIRS_MAX))
        await self._show()

    async def decide(self, verdict: str) -> None:
        """Merge the pair on the screen, part it, or leave it for later; then show the next."""
        queue, pair = self._queue, self._queue.pair
        if pair is None or queue.is_busy:
            return
        queue.is_busy = True
        self._told.clear()
        try:
            if verdict != "skip":
                decided = await _decide(self._view, pair, is_same=verdict == "same")
                queue.decided += 1
                self._tell(decided, queue.place)
        except OmniloomError as error:
            self._view.fault(error)
        finally:
            queue.is_busy = False
        queue.place += 1
        await self._show()

    def _tell(self, decided: Pair, place: int) -> None:
        """Say what was decided, with a way back at hand: a key is quickly pressed."""
        _, is_same = self._view.translate, bool(decided.merge_id)

        async def undo() -> None:
            await _undo(self._view, decided)
            self._told.clear()
            self._queue.place, self._queue.decided = place, self._queue.decided - 1
            await self._show()

        icon, told = ("merge", _("Merged.")) if is_same else ("call_split", _("They stay two."))
        to = (_("The customer"), f"/customers/{decided.left_id}") if is_same else None
        with self._told:
            parts.toast(self._view, icon, told, key="decided", to=to, undo=undo)

    async def key(self, event: KeyEventArguments) -> None:
        """What a key decides."""
        verdict = "skip" if event.key.arrow_right else VERDICTS.get(str(event.key).lower())
        if verdict and event.action.keydown and not event.action.repeat:
            await self.decide(verdict)

    async def _show(self) -> None:
        self._box.clear()
        with self._box:
            await _show(self._view, self._queue, self.decide)


async def _decide(view: View, pair: Pair, *, is_same: bool) -> Pair:
    view.require(Permission.CUSTOMERS_WRITE)
    decided = await view.run(
        identity.decide_pair, view.platform.stores, pair.left_id, pair.right_id, is_same=is_same, by=view.user.email,
        now=view.now(), ids=view.platform.ids,
    )  # fmt: skip
    view.platform.wake.set()
    return decided


async def _undo(view: View, decided: Pair) -> None:
    view.require(Permission.CUSTOMERS_WRITE)
    await view.run(identity.undo_decision, view.platform.stores, decided, by=view.user.email, now=view.now())
    view.platform.wake.set()


async def _show(view: View, queue: Queue, decide: Decide) -> None:
    _ = view.translate
    pair = queue.pair
    if pair is None:
        told = _(
            "A search compares names, dates of birth, phones and addresses of all customers. It merges whoever is all "
            "but surely one person, which can be undone; the likely ones come here."
        )
        if queue.decided:
            told = _("Decided now: {n}.").format(n=queue.decided)
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
    with parts.columns(wide=True, classes="om-decision-first"):
        with parts.panel(classes="om-flush om-merge-body"):
            comparison(view, one, other)
        with parts.stack():
            if view.may(Permission.CUSTOMERS_WRITE):
                _buttons(view, decide, is_allowed=one.person_id != other.person_id and not conflicts(one, other))
            _reasons(view, pair)


def _reasons(view: View, pair: Pair) -> None:
    """What speaks for and against, the weightiest first; what nobody knows in one line."""
    _ = view.translate
    silent = []
    with parts.panel(_("Reasons")):
        for reason in sorted(pair.reasons, key=lambda reason: -abs(reason.bits)):
            title, words = TITLES.get(reason.title, reason.title), WORDS.get(reason.words, reason.words)
            if reason.words == UNKNOWN:
                silent.append(_(title))
                continue
            with parts.line("om-between om-nowrap"):
                parts.text(f"{_(title)}: {_(words)}")
                tone = "good" if reason.bits > 0 else "bad" if reason.bits < 0 else "neutral"
                parts.badge(("+" if reason.bits > 0 else "") + view.fmt.number(reason.bits, 1), tone)
        if silent:
            parts.text(_("Not known of both: {fields}.").format(fields=", ".join(silent)), "om-muted")
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
