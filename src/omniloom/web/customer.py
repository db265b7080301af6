"""One customer: who it is, what happened, what may be sent, and why each message was or was not sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from nicegui import ui

from omniloom import messaging, profiles, segments
from omniloom.access import Permission
from omniloom.core.errors import Missing
from omniloom.profiles import Person, TimelineEvent
from omniloom.web import marks, parts, theme
from omniloom.web.customer_consents import consents_panel
from omniloom.web.customer_golden import golden_tab
from omniloom.web.customer_identifiers import identifiers_panel
from omniloom.web.customer_identity import identity_tab
from omniloom.web.customer_relations import relations_panel
from omniloom.web.happening import KINDS
from omniloom.web.merge_acts import notes
from omniloom.web.merge_people import merge_dialog
from omniloom.web.page import page
from omniloom.web.privacy_page import person_buttons
from omniloom.web.theme import mark
from omniloom.web.timeline import event_row
from omniloom.web.view import View

PAGE_ROWS = 25
PAGES_MAX = 12  # how many pages a narrow filter may read through for one more screen
TRAITS_SHOWN = 12
TABS = ("timeline", "messages", "golden", "identity")


@page("/customers/{person_id}", permission=Permission.CUSTOMERS_READ, title=mark("Customer"))
async def customer(
    view: View, person_id: int, *, tab: str = "", merged: str = "", apart: int = 0, detached: int = 0
) -> None:
    """The whole of one person on one page; ``merged``, ``apart`` and ``detached`` tell of what was done just now."""
    _ = view.translate
    stores = view.platform.stores
    try:
        person = view.shown(await view.run(profiles.person, stores, person_id))
    except Missing as error:
        raise Missing(_("There is no such customer."), hint=_("Search by any identifier.")) from error
    sends = view.shown(await view.run(messaging.sends_of, stores, person_id))
    memberships = await view.run(segments.segments_of, stores, person_id)
    name = marks.name_of(view, person.person_id, person)
    ui.context.client.title = f"{name} · Omniloom"
    await notes(view, person.person_id, merged=merged, apart=apart, detached=detached)
    _head(view, person, name)
    _figures(view, person)
    with parts.columns(wide=True):
        with ui.element("div").classes("om-stack"):
            with ui.tabs().props("no-caps align=left dense").classes("om-tabs") as tabs:
                ui.tab("timeline", _("Timeline"))
                ui.tab("messages", f"{_('Messages')} · {len(sends)}" if sends else _("Messages"))
                ui.tab("golden", _("Golden record"))
                ui.tab("identity", _("Identity"))
            with ui.tab_panels(tabs, value=tab if tab in TABS else "timeline").classes("w-full"):
                with ui.tab_panel("timeline"):
                    await _timeline(view, person.person_id)
                with ui.tab_panel("messages"):
                    _messages(view, sends)
                for key, build in (("golden", golden_tab), ("identity", identity_tab)):
                    with ui.tab_panel(key):
                        await build(view, person.person_id)
        with parts.stack():
            identifiers_panel(view, person)
            await consents_panel(view, person.person_id)
            await relations_panel(view, person.person_id)
            _segments(view, memberships)
            _traits(view, person)
            _own_data(view, person)


def _own_data(view: View, person: Person) -> None:
    _ = view.translate
    if view.may(Permission.CUSTOMERS_EXPORT) or view.may(Permission.PRIVACY_WRITE):
        with parts.panel(_("Their own data")), parts.line():
            person_buttons(view, person.person_id, name=marks.name_of(view, person.person_id, person))


def _head(view: View, person: Person, name: str) -> None:
    _ = view.translate
    with ui.element("div").classes("om-person-head"):
        parts.avatar(name, is_large=True)
        with ui.element("div").classes("om-grow"):
            parts.text(name, "om-title", tag="h1")
            known = [person.city, person.timezone, person.language.upper() if person.language else ""]
            seen = _("last seen {when}").format(when=view.fmt.ago(person.last_seen_at, view.now()))
            parts.text(" · ".join([part for part in known if part] + [seen]), "om-subtitle")
            if person.visitor:
                _whole_id(view, profiles.first_identifier(person.identifiers).value)
        if view.may(Permission.CUSTOMERS_WRITE):
            merging = parts.quiet(_("Merge…"), "merge", on_click=partial(merge_dialog, view, person.person_id))
            merging.props["data-testid"] = "merge-open"


def _whole_id(view: View, value: str) -> None:
    """The id that an anonymous visitor's name is short for."""
    with parts.line("om-nowrap"):
        parts.text(value, "om-muted om-mono om-ellipsis")
        parts.icon_button("content_copy", view._("Copy the id"), on_click=lambda: ui.clipboard.write(value))


def _figures(view: View, person: Person) -> None:
    _, fmt = view.translate, view.fmt
    currency = person.currency or view.platform.settings.identity.home_currency
    average = person.revenue_minor / person.orders if person.orders else None
    parts.figures(
        [
            (_("Orders"), fmt.number(person.orders), ""),
            (_("Revenue"), fmt.money_short(person.revenue_minor, currency),
             _("average {money}").format(money=fmt.money(average, currency)) if person.orders else ""),
            (_("Last order"), fmt.date(person.last_order_at),
             fmt.ago(person.last_order_at, view.now()) if person.last_order_at else ""),
            (_("First seen"), fmt.date(person.first_seen_at), ""),
        ]
    )  # fmt: skip


@dataclass(slots=True)
class Reading:
    """How far the timeline has been read, and through which filter."""

    kind: str = ""
    before: datetime | None = None
    position: int = 0
    events: list[TimelineEvent] = field(default_factory=list)
    is_done: bool = False


async def _timeline(view: View, person_id: int) -> None:
    """The history, newest first, grouped by day, with a filter by kind."""
    _ = view.translate
    reading = Reading()
    kinds = {"": _("All"), **{key: _(kind.title) for key, kind in KINDS.items()}}
    chips = ui.toggle(kinds, value="").props("no-caps unelevated dense toggle-color=primary").classes("om-filter")
    body = ui.element("div").classes("om-timeline")

    async def more() -> None:
        await view.run(_read_on, view, person_id, reading)
        body.clear()
        with body:
            _days(view, reading, more)

    async def choose() -> None:
        reading.kind, reading.before, reading.position = chips.value or "", None, 0
        reading.events.clear()
        await more()

    chips.on_value_change(choose)
    await more()


def _read_on(view: View, person_id: int, reading: Reading) -> None:
    """One more screen of events that pass the filter."""
    found = 0
    for _page in range(PAGES_MAX):
        events = profiles.timeline(
            view.platform.stores, person_id, before=reading.before, before_position=reading.position, rows_max=PAGE_ROWS
        )
        reading.is_done = len(events) < PAGE_ROWS
        if events:
            reading.before, reading.position = events[-1].occurred_at, events[-1].position
        wanted = view.shown([event for event in events if _passes(event, reading.kind)])
        reading.events += wanted
        found += len(wanted)
        if reading.is_done or found >= PAGE_ROWS // 2:
            return


def _passes(event: TimelineEvent, kind: str) -> bool:
    return not kind or KINDS[kind].holds(event.type, event.name)


def _days(view: View, reading: Reading, more: Callable[[], Any]) -> None:
    _ = view.translate
    if not reading.events:
        parts.empty("history", _("Nothing to show"), _("No events of this kind."))
    for day, events in groupby(reading.events, key=lambda event: view.fmt.day(event.occurred_at)):
        parts.text(day, "om-day")
        for event in events:
            event_row(view, event)
    if not reading.is_done:
        parts.quiet(_("Load more"), "expand_more", on_click=more).classes("om-more")


def _messages(view: View, sends: list[messaging.SendView]) -> None:
    """Every message planned for the person, and how it was decided."""
    _ = view.translate
    if not sends:
        explanation = _("Campaigns that include this customer appear here, with the reasons.")
        parts.empty("mail", _("No message was sent from here yet"), explanation)
        return
    with parts.panel(classes="om-flush"):
        for send in sends:
            with ui.element("div").classes("om-send"):
                with parts.line("om-nowrap"):
                    ui.icon(theme.channel_icon(send.channel)).classes("om-cell-icon")
                    with ui.element("div").classes("om-grow"):
                        parts.link(send.name, f"/campaigns/{send.campaign_id}")
                        parts.text(_where(view, send), "om-muted")
                    marks.state(view, send.state)
                if send.reason:
                    parts.text(marks.reason_text(view, send.reason), "om-why")
                _decisions(view, send)


def _where(view: View, send: messaging.SendView) -> str:
    target = " → ".join(part for part in (marks.channel_title(view, send.channel), send.address) if part)
    return " · ".join(part for part in (view.fmt.when(send.at), target) if part)


def _decisions(view: View, send: messaging.SendView) -> None:
    if not send.decisions:
        return
    with ui.element("div").classes("om-decisions"):
        for decision in send.decisions:
            with parts.line():
                parts.text(view.fmt.when(decision.at), "om-muted om-num")
                parts.text(marks.channel_title(view, decision.channel), "om-muted")
                marks.state(view, decision.verdict, reason=decision.reason)
                if decision.detail:
                    parts.text(marks.reason_text(view, decision.detail), "om-muted")


def _segments(view: View, memberships: list[tuple[segments.Segment, datetime]]) -> None:
    _ = view.translate
    with parts.panel(_("Segments")):
        if not memberships:
            parts.text(_("In no segment."), "om-muted")
        for segment, entered_at in memberships:
            with parts.line("om-between"):
                parts.link(segment.name, f"/segments/{segment.segment_id}")
                parts.text(view.fmt.date(entered_at), "om-muted")


def _traits(view: View, person: Person) -> None:
    _ = view.translate
    with parts.panel(_("Traits")):
        if not person.traits:
            parts.text(_("None known."), "om-muted")
        shown = [(marks.trait_title(view, trait.key), _value(trait.value)) for trait in person.traits]
        keys = [trait.key for trait in person.traits]
        parts.facts(shown[:TRAITS_SHOWN], keys)
        if len(shown) > TRAITS_SHOWN:
            with ui.expansion(_("All traits")).classes("om-expansion"):
                parts.facts(shown[TRAITS_SHOWN:], keys[TRAITS_SHOWN:])


def _value(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else ("✓" if value else "✗")
