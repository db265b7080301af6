"""A segment in the making: its name, its conditions, and saving it."""

from nicegui import ui

from omniloom import privacy, segments
from omniloom.access import Permission
from omniloom.core.errors import Conflict, Invalid
from omniloom.segments import Segment
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.segment_form import SegmentForm
from omniloom.web.segment_form_draft import Group, read
from omniloom.web.segment_form_options import options
from omniloom.web.segment_form_row import DidRow
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/segments/new", permission=Permission.SEGMENTS_WRITE, title=mark("New segment"))
async def segment_new(view: View) -> None:
    """Make a segment."""
    await _edit(view, None)


@page("/segments/{segment_id}/edit", permission=Permission.SEGMENTS_WRITE, title=mark("Change the segment"))
async def segment_edit(view: View, segment_id: str) -> None:
    """Change a segment."""
    await _edit(view, await view.run(segments.segment, view.platform.stores, segment_id))


async def _edit(view: View, known: Segment | None) -> None:
    _ = view.translate
    styled()
    draft = read(known.definition) if known else Group()
    found = await view.run(options, view.platform.stores)
    form = SegmentForm(view, found, draft, segment_id=known.segment_id if known else "")
    for row in draft.rows():
        if isinstance(row, DidRow):
            await form.learn(row.event)
    title = _("Change the segment") if known else _("New segment")
    with parts.heading(title, _("The number at the right follows while you build")):
        back = f"/segments/{known.segment_id}" if known else "/segments"
        parts.quiet(_("Cancel"), href=back)
        save = parts.action(_("Save"), "check", on_click=lambda: _save(view, known, form, name))
        save.props["data-testid"] = "segment-save"
    with parts.panel():
        name = ui.input(_("Segment name"), value=known.name if known else "", placeholder=_("Lapsing good customers"))
        name.props("outlined maxlength=120 autofocus hide-bottom-space").classes("om-name")
        name.props["data-testid"] = "segment-name"
    form.build()


async def _save(view: View, known: Segment | None, form: SegmentForm, name: ui.input) -> None:
    view.require(Permission.SEGMENTS_WRITE)
    _ = view.translate
    wanted = str(name.value or "").strip()
    if not wanted:
        name.props["error"] = True
        name.props["error-message"] = _("Give the segment a name.")
        name.update()
        return
    if form.definition is None:
        view.warn(_("The conditions are not complete yet: see the rows marked in red."))
        return
    platform, now = view.platform, view.now()
    asked = form.definition
    await view.run(lambda: privacy.check_asked(view.sight(), asked))
    try:
        if known is None:
            saved = await view.run(
                segments.create, platform.stores, name=wanted, definition=form.definition, now=now, ids=platform.ids
            )
        else:
            saved = await view.run(
                segments.update, platform.stores, known.segment_id, name=wanted, definition=form.definition, now=now
            )
    except (Conflict, Invalid) as error:
        if error.facts.get("field") != "name":
            raise
        name.props["error"] = True
        name.props["error-message"] = _("This name is taken.") if isinstance(error, Conflict) else error.message
        name.update()
        return
    await view.run(segments.refresh, platform.stores, saved.segment_id, now=view.now())
    platform.wake.set()
    ui.navigate.to(f"/segments/{saved.segment_id}")
