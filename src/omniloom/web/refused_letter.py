"""One refused event: as it came, with the fault shown where it is; replay it, as it is or corrected."""

from functools import partial

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Attempt, Letter, LetterFilter, ReplayResult
from omniloom.web import parts, refused_acts
from omniloom.web.json_lines import marked, pretty
from omniloom.web.page import page
from omniloom.web.refused_words import message_text, refusal_text, status_badge
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/refused/{letter_id}", permission=Permission.SOURCES_READ, title=mark("Refused event"))
async def refused_letter(view: View, letter_id: int) -> None:
    """The letter with what can be done to it."""
    _ = view.translate
    styled()
    stores = view.platform.stores
    one = await view.run(collect.letter_of, stores, letter_id)
    attempts = await view.run(collect.attempts_of, stores, letter_id)
    names = {source.source_id: source.name for source in await view.run(collect.sources, stores)}
    with parts.heading(one.name or one.type or _("Unnamed"), view.fmt.when(one.received_at)):
        parts.quiet(_("All refused events"), "arrow_back", href="/refused")
        if view.may(Permission.SOURCES_WRITE):
            _buttons(view, one)
    with parts.columns(wide=True):
        with parts.stack():
            _item(view, one)
            if one.status == "open" and view.may(Permission.SOURCES_WRITE):
                _correct(view, one)
        with parts.stack():
            _fault(view, one, names.get(one.source_id, one.source_id))
            if attempts:
                _attempts(view, attempts)


def _buttons(view: View, one: Letter) -> None:
    _ = view.translate
    only = LetterFilter(ids=(one.letter_id,))

    async def discard() -> None:
        await refused_acts.discard(view, only)
        ui.navigate.reload()

    async def restore() -> None:
        await refused_acts.restore(view, only)
        ui.navigate.reload()

    async def replay() -> None:
        view.require(Permission.SOURCES_WRITE)
        done = await view.run(refused_acts.step, view, only, 0)
        _tell(view, done.results[0])

    if one.status == "open":
        parts.quiet(_("Discard"), "archive", on_click=discard)
        if not one.is_cut:
            parts.action(_("Replay"), "replay", on_click=replay)
    elif one.status == "discarded":
        parts.quiet(_("Restore"), "undo", on_click=restore)


def _tell(view: View, result: ReplayResult) -> None:
    view.platform.wake.set()
    if result.outcome == "accepted":
        ui.navigate.reload()
        return
    view.warn(f"{refusal_text(view, result.reason)}: {message_text(view, result.message)}")


def _item(view: View, one: Letter) -> None:
    _ = view.translate
    text = one.bytes().decode("utf-8", "replace") if one.is_base64 else one.raw
    subtitle = _("Only the beginning was kept: the event was too large.") if one.is_cut else ""
    with parts.panel(_("As it came"), subtitle), ui.element("div").classes("om-json"):
        for line, is_fault in marked(text, one.field):
            parts.text(line, "om-json-line" + (" om-json-fault" if is_fault else ""))


def _correct(view: View, one: Letter) -> None:
    """The item as text to change; the original stays as it came."""
    _ = view.translate
    with parts.panel(_("Correct it"), _("The original stays as it came; the correction is kept with the replay.")):
        text = (
            ui.textarea(value="" if one.is_base64 else pretty(one.raw))
            .props("outlined autogrow")
            .classes("w-full om-raw")
        )
        text.props["aria-label"] = _("Corrected event")
        text.props["data-testid"] = "refused-raw"

        async def replay() -> None:
            view.require(Permission.SOURCES_WRITE)
            platform = view.platform
            done = await view.run(
                collect.replay_edited, platform.stores, one.letter_id, str(text.value or ""), now=view.now(),
                enforce=partial(collect.enforce, platform.plans),
            )  # fmt: skip
            _tell(view, done)

        with parts.line("om-end"):
            parts.action(_("Replay corrected"), "replay", on_click=replay)


def _fault(view: View, one: Letter, source: str) -> None:
    _, fmt = view.translate, view.fmt
    with parts.panel(_("Why it was refused")):
        with parts.line():
            parts.badge(refusal_text(view, one.reason), "bad")
            status_badge(view, one.status)
        parts.text(message_text(view, one.message))
        items = [
            (_("Field"), one.field), (_("Source"), source), (_("Dialect"), one.dialect), (_("Address"), one.path),
            (_("Type"), one.type), (_("Message id"), one.message_id), (_("Received"), fmt.when(one.received_at)),
            (_("Sent"), fmt.when(one.sent_at) if one.sent_at else ""),
        ]  # fmt: skip
        parts.facts([(label, value) for label, value in items if value])


def _attempts(view: View, attempts: list[Attempt]) -> None:
    _ = view.translate
    with parts.panel(_("Replays")):
        for one in reversed(attempts):
            with parts.line():
                parts.badge(
                    _("Accepted") if one.is_accepted else _("Refused again"), "good" if one.is_accepted else "bad"
                )
                parts.text(view.fmt.when(one.tried_at), "om-muted")
                if one.edited:
                    parts.badge(_("corrected"), "info")
            if one.message:
                parts.text(message_text(view, one.message), "om-muted")
