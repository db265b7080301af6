"""Segments: all of them with their size, and what can be done with each."""

from nicegui import ui

from omniloom import segments
from omniloom.access import Permission
from omniloom.segments import Segment
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.segment_form import EVERYONE
from omniloom.web.segment_words import show_sentence
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/segments", permission=Permission.SEGMENTS_READ, title=mark("Segments"), nav=220, icon="group_work")
async def segments_list(view: View) -> None:
    """The list."""
    _ = view.translate
    styled()
    with parts.heading(_("Segments"), _("Groups of people by what you know of them and what they did")):
        if view.may(Permission.SEGMENTS_WRITE):
            button = parts.action(_("New segment"), "add", href="/segments/new")
            button.props["data-testid"] = "segment-new"
    box = ui.element("div").classes("om-stack")
    await _fill(view, box, None)


async def _fill(view: View, box: ui.element, archived: Segment | None) -> None:
    stores, now = view.platform.stores, view.now()
    known = await view.run(segments.segments, stores)
    base = await view.run(segments.count, stores, EVERYONE, now=now)
    box.clear()
    with box:
        if archived is not None:
            _undo(view, box, archived)
        if known:
            _table(view, box, known, base)
        else:
            _first(view)


def _first(view: View) -> None:
    _ = view.translate
    explanation = _(
        "A segment is a question you ask again and again: who bought twice but not lately, who agreed to e-mail. "
        "It stays up to date by itself, and campaigns are sent to it."
    )
    with parts.panel(), parts.empty("group_work", _("No segments yet"), explanation):
        if view.may(Permission.SEGMENTS_WRITE):
            parts.action(_("Make the first segment"), "add", href="/segments/new")


def _table(view: View, box: ui.element, known: list[Segment], base: int) -> None:
    _, fmt = view.translate, view.fmt
    names = {found.segment_id: found.name for found in known}
    with parts.panel(classes="om-flush"):
        heads = [_("Segment"), _("People"), _("Share of everyone"), _("Computed"), ""]
        with parts.sheet(heads):
            for found in sorted(known, key=lambda one: -one.members):
                with ui.element("tr"):
                    with ui.element("td").classes("om-wide-cell"):
                        parts.link(found.name, f"/segments/{found.segment_id}", "om-strong")
                        show_sentence(view, found.definition, names, "om-muted om-two-lines")
                    is_known = found.refreshed_at is not None
                    parts.text(fmt.number(found.members) if is_known else "–", "om-num om-strong", tag="td")
                    with ui.element("td"):
                        share_bar(view, found.members / base if base and is_known else None)
                    with ui.element("td"):
                        text = fmt.ago(found.refreshed_at, view.now()) if is_known else _("being computed")
                        parts.text(text, "om-muted")
                    with ui.element("td").classes("om-right"):
                        _buttons(view, box, found)


def share_bar(view: View, share: float | None) -> None:
    """A share of everyone as a bar with its percentage."""
    with ui.element("div").classes("om-share"):
        with ui.element("div").classes("om-share-track"):
            ui.element("div").classes("om-share-fill").style(f"width: {min(share or 0, 1) * 100:.1f}%")
        parts.text(view.fmt.percent(share, 1), "om-num om-muted")


def _buttons(view: View, box: ui.element, found: Segment) -> None:
    _ = view.translate
    with ui.element("div").classes("om-row-actions"):
        if view.may(Permission.CAMPAIGNS_WRITE):
            use = f"/campaigns/new?segment={found.segment_id}"
            parts.icon_button("campaign", _("Use in a campaign"), on_click=lambda: ui.navigate.to(use))
        if view.may(Permission.SEGMENTS_WRITE):
            edit = f"/segments/{found.segment_id}/edit"
            parts.icon_button("edit", _("Change"), on_click=lambda: ui.navigate.to(edit))

            async def archive() -> None:
                view.require(Permission.SEGMENTS_WRITE)
                await view.run(segments.archive, view.platform.stores, found.segment_id, now=view.now())
                await _fill(view, box, found)

            parts.icon_button("archive", _("Archive"), on_click=archive)


def _undo(view: View, box: ui.element, archived: Segment) -> None:
    _ = view.translate

    async def restore() -> None:
        view.require(Permission.SEGMENTS_WRITE)
        await view.run(segments.restore, view.platform.stores, archived.segment_id, now=view.now())
        await view.run(segments.refresh, view.platform.stores, archived.segment_id, now=view.now())
        await _fill(view, box, None)

    with ui.element("div").classes("om-notice"):
        ui.icon("archive")
        parts.text(_("“{name}” is archived.").format(name=archived.name), "om-grow")
        parts.quiet(_("Undo"), "undo", on_click=restore).props("data-testid=segment-undo")
