"""Refused events: what was not accepted and why; replay it after mending the cause, or put it aside."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Letter, LetterFilter
from omniloom.web import parts, refused_acts, refused_chart
from omniloom.web.counting import counted
from omniloom.web.page import page
from omniloom.web.refused_words import STATUSES, message_text, refusal_text, status_badge
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

PAGE_ROWS = 25


@page("/refused", permission=Permission.SOURCES_READ, title=mark("Refused events"), nav=512, icon="report")
async def refused(view: View, *, source: str = "", reason: str = "", q: str = "", status: str = "open") -> None:
    """The list with its filters; they may come in the address."""
    _ = view.translate
    styled()
    status = status if status in STATUSES else ""
    text = q if view.may(Permission.CUSTOMERS_PERSONAL) else ""  # who does not see items does not search in them
    chosen = LetterFilter(source_id=source, reason=reason, text=text, status=status)
    subtitle = _("What was not accepted, and why. Nothing is lost: mend the cause, then replay.")
    known = await view.run(collect.sources, view.platform.stores)
    with parts.heading(_("Refused events"), subtitle):
        actions = ui.element("div").classes("om-line")
    listing = _List(view, chosen, {one.source_id: one.name for one in known}, actions)
    await listing.build()


class _List:
    """The letters that fit a filter, page by page, with what can be done to them."""

    def __init__(self, view: View, chosen: LetterFilter, names: dict[str, str], actions: ui.element) -> None:
        self.view, self.chosen, self.names, self.actions = view, chosen, names, actions
        self.selected: set[int] = set()
        self.shown: list[Letter] = []
        self.total = 0

    async def build(self) -> None:
        """Everything below the heading."""
        self.notice = ui.element("div").classes("om-slot")
        self.chart = ui.element("div").classes("om-slot")
        reasons, events = await self._choices()
        with parts.panel(classes="om-flush"):
            self._filters(reasons, events)
            self.rows = ui.element("div")
        await self.fill()

    async def _choices(self) -> tuple[list[str], list[str]]:
        stores = self.view.platform.stores
        counts = await self.view.run(collect.letter_counts, stores, LetterFilter())
        events, _fields = await self.view.run(collect.letter_words, stores)
        if not self.view.may(Permission.CUSTOMERS_PERSONAL):
            events = []  # of a broken item any word may stand for the event's name
        return sorted({one.reason for one in counts} | {self.chosen.reason} - {""}), events

    def _filters(self, reasons: list[str], events: list[str]) -> None:
        view, _ = self.view, self.view.translate
        with ui.element("div").classes("om-toolbar"):
            text = ui.input(placeholder=_("Search in the event"), value=self.chosen.text)
            text.props("outlined dense clearable debounce=300 type=search").classes("om-wide-input")
            text.props["aria-label"] = _("Search in the event")
            text.on_value_change(lambda event: self._narrow("text", event.value or ""))
            text.set_visibility(view.may(Permission.CUSTOMERS_PERSONAL))
            statuses = {"": _("Any status"), **{key: _(label) for key, (label, _tone) in STATUSES.items()}}
            choices = (
                (statuses, "status", self.chosen.status),
                ({"": _("All sources"), **self.names}, "source_id", self.chosen.source_id),
                ({"": _("Every reason"), **{one: refusal_text(view, one) for one in reasons}}, "reason",
                 self.chosen.reason),
                ({"": _("Every event"), **{one: one for one in events}}, "name", ""),
            )  # fmt: skip
            for options, part, value in choices:
                select = ui.select(options, value=value if value in options else "").props("outlined dense")
                select.on_value_change(lambda event, part=part: self._narrow(part, event.value))

    async def _narrow(self, part: str, value: str) -> None:
        parts_: dict[str, Any] = {part: value}
        self.chosen = replace(self.chosen, **parts_)
        await self.fill()

    async def fill(self) -> None:
        """Read the first page again, and the counts."""
        view, stores = self.view, self.view.platform.stores
        self.selected.clear()
        counts = await view.run(collect.letter_counts, stores, self.chosen)
        self.total = sum(one.letters for one in counts)
        self.shown = await view.run(collect.letters, stores, self.chosen, rows_max=PAGE_ROWS)
        since = view.now() - timedelta(days=refused_chart.DAYS)
        self.chart.clear()
        if any(one.day > since for one in counts):
            with self.chart, parts.panel(view._("Refused per day")):
                ui.echart(refused_chart.chart(view, counts, view.now())).classes("om-chart om-chart-low")
        self._draw()

    def _draw(self) -> None:
        self.rows.clear()
        with self.rows:
            if self.shown:
                self._table()
            else:
                self._empty()
        self._buttons()

    def _empty(self) -> None:
        _ = self.view.translate
        if self.chosen in (LetterFilter(status="open"), LetterFilter()):
            parts.empty(
                "task_alt", _("Nothing waits here"),
                _("Every event that was refused is kept here with its reason, for {n} days.").format(
                    n=self.view.platform.settings.collect.dead_letters_days
                ),
            )  # fmt: skip
        else:
            parts.empty("search_off", _("Nothing fits this filter"), _("Take a part of the filter away."))

    def _table(self) -> None:
        _, may = self.view.translate, self.view.may(Permission.SOURCES_WRITE)
        headings = [_("Received"), _("Event"), _("Why"), _("Source"), _("Status")]
        with parts.sheet(["", *headings] if may else headings):
            for one in self.shown:
                self._row(one, may=may)
        if len(self.shown) < self.total:
            with parts.line("om-pad"):
                parts.quiet(_("Show more"), "expand_more", on_click=self._more)
                text = _("{n} of {total}")
                parts.text(
                    text.format(n=self.view.fmt.number(len(self.shown)), total=self.view.fmt.number(self.total)),
                    "om-muted",
                )

    def _row(self, one: Letter, *, may: bool) -> None:
        view = self.view
        with ui.element("tr"):
            if may:
                with ui.element("td"):
                    box = ui.checkbox(value=one.letter_id in self.selected).props("dense")
                    box.props["aria-label"] = view._("Select")
                    box.on_value_change(lambda event, one=one: self._select(one.letter_id, is_on=event.value))
            parts.text(view.fmt.when(one.received_at), "om-muted om-nobreak", tag="td")
            with ui.element("td"):
                parts.link(one.name or one.type or view._("Unnamed"), f"/refused/{one.letter_id}", "om-strong")
            with ui.element("td").classes("om-wide-cell"):
                where = f" · {one.field}" if one.field else ""
                parts.badge(f"{refusal_text(view, one.reason)}{where}", "bad")
                parts.text(message_text(view, one.message), "om-muted om-two-lines")
            parts.text(self.names.get(one.source_id, one.source_id), "om-muted", tag="td")
            with ui.element("td"):
                status_badge(view, one.status)

    async def _more(self) -> None:
        stores, before = self.view.platform.stores, self.shown[-1].letter_id
        more = await self.view.run(collect.letters, stores, self.chosen, rows_max=PAGE_ROWS, before=before)
        self.shown += more
        self.total = self.total if more else len(self.shown)
        self._draw()

    def _select(self, letter_id: int, *, is_on: bool) -> None:
        (self.selected.add if is_on else self.selected.discard)(letter_id)
        self._buttons()

    def _acted_on(self) -> tuple[LetterFilter, int]:
        """The selected letters, else all that fit; and how many."""
        if self.selected:
            return LetterFilter(ids=tuple(sorted(self.selected))), len(self.selected)
        return self.chosen, self.total

    def _buttons(self) -> None:
        """Replay and discard, for the selection or for all that fit the filter."""
        _ = self.view.translate
        self.actions.clear()
        is_open = self.chosen.status == "open" or self.selected
        if not self.view.may(Permission.SOURCES_WRITE) or not self.shown or not is_open:
            return
        chosen, n = self._acted_on()
        with self.actions:
            discard = counted(self.view, "Discard {n}|Discard {n}", n)
            parts.quiet(discard, "archive", on_click=lambda: self._discard(chosen))
            replay = counted(self.view, "Replay {n}|Replay {n}", n)
            button = parts.action(replay, "replay", on_click=lambda: self._replay(chosen, n))
            button.props["data-testid"] = "refused-replay"

    async def _replay(self, chosen: LetterFilter, n: int) -> None:
        await refused_acts.replay(self.view, chosen, n)
        await self.fill()

    async def _discard(self, chosen: LetterFilter) -> None:
        _ = self.view.translate
        moved = await refused_acts.discard(self.view, chosen)

        async def undo() -> None:
            await refused_acts.restore(self.view, LetterFilter(changed_at=moved.at))
            self.notice.clear()
            await self.fill()

        self.notice.clear()
        with self.notice, ui.element("div").classes("om-notice"):
            ui.icon("archive")
            parts.text(counted(self.view, "{n} event discarded|{n} events discarded", moved.letters), "om-grow")
            parts.quiet(_("Undo"), "undo", on_click=undo).props("data-testid=refused-undo")
        await self.fill()
