"""Replaying and discarding refused events from the pages: with progress, a summary, and a way back."""

from collections import Counter
from dataclasses import replace
from functools import partial

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import LetterFilter, Moved, Replayed
from omniloom.web import parts
from omniloom.web.counting import counted
from omniloom.web.refused_words import refusal_text
from omniloom.web.view import View


def step(view: View, chosen: LetterFilter, after: int) -> Replayed:
    """The next letters of a replay."""
    platform = view.platform
    enforce = partial(collect.enforce, platform.plans)
    return collect.replay(platform.stores, chosen, now=view.now(), enforce=enforce, after=after)


async def replay(view: View, chosen: LetterFilter, total: int) -> None:
    """Replay all that fit, step by step, showing how far it is; then say what became of them."""
    _ = view.translate
    view.require(Permission.SOURCES_WRITE)
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    with ui.dialog(value=True).props("persistent") as dialog, parts.panel(_("Replaying")):
        bar = ui.linear_progress(value=0, show_value=False).props("instant-feedback rounded")
        label = parts.text("", "om-muted")
    after, is_done = 0, False
    try:
        while not is_done:
            done = await view.run(step, view, chosen, after)
            outcomes.update(one.outcome for one in done.results)
            reasons.update(one.reason for one in done.results if one.outcome != "accepted")
            after, is_done = done.last_id, done.is_done
            seen = outcomes.total()
            bar.set_value(min(seen / total, 1) if total else 1)
            label.set_text(_("{n} of {total}").format(n=view.fmt.number(seen), total=view.fmt.number(max(total, seen))))
    finally:
        dialog.close()
    view.platform.wake.set()
    _tell(view, outcomes, reasons)


def _tell(view: View, outcomes: Counter[str], reasons: Counter[str]) -> None:
    _ = view.translate
    accepted = counted(view, "{n} event accepted|{n} events accepted", outcomes["accepted"])
    if not (others := outcomes.total() - outcomes["accepted"]):
        view.done(accepted)
        return
    why = ", ".join(f"{refusal_text(view, reason)}: {view.fmt.number(n)}" for reason, n in reasons.most_common(3))
    refused = counted(view, "{n} not accepted|{n} not accepted", others)
    view.warn(f"{accepted}; {refused} ({why})")


async def discard(view: View, chosen: LetterFilter) -> Moved:
    """Put aside all that fit; its instant is what takes it back."""
    view.require(Permission.SOURCES_WRITE)
    return await view.run(collect.discard, view.platform.stores, replace(chosen, status=""), now=view.now())


async def restore(view: View, chosen: LetterFilter) -> None:
    """Take a discarding back."""
    view.require(Permission.SOURCES_WRITE)
    await view.run(collect.restore, view.platform.stores, replace(chosen, status=""), now=view.now())
