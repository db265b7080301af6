"""Choosing one customer by search: for previews, merges and relations."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from omniloom import profiles
from omniloom.profiles import PersonRow
from omniloom.web import marks, parts
from omniloom.web.view import View

ROWS_MAX = 6


class PersonPick:
    """A search box that becomes the name of who was chosen."""

    def __init__(
        self, view: View, on_pick: Callable[[], Awaitable[None]], *, prompt: str = "", name: str = "preview-person"
    ) -> None:
        self._view = view
        self._on_pick = on_pick
        self._prompt = prompt or view.translate("See it as another customer: name, e-mail, phone…")
        self._name = name
        self.person: PersonRow | None = None

    async def build(self, among: list[int] | None = None) -> None:
        """Draw the box; the first person is chosen by itself: of ``among`` if given, else whoever was seen last."""
        rows = await self._search("") if not among else await self._view.run(
            profiles.people, self._view.platform.stores, among[:1]
        )  # fmt: skip
        self.person = rows[0] if rows else None
        self.draw()

    def draw(self) -> None:
        """Draw the box; nobody is chosen yet."""
        with ui.element("div").classes("om-search om-pick"):
            self._box = ui.input(placeholder=self._prompt)
            self._box.props("dense outlined debounce=250 clearable").classes("om-search-input w-full")
            self._box.props["aria-label"] = self._prompt
            self._box.props["data-testid"] = self._name
            with self._box.add_slot("prepend"):
                ui.icon("person_search")
            self._found = ui.element("div").classes("om-search-found")
        self._box.on_value_change(self._look)

    async def _look(self) -> None:
        wanted = (self._box.value or "").strip()
        rows = await self._search(wanted) if wanted else []
        self._found.clear()
        with self._found:
            for row in rows:
                self._offer(row)

    def _offer(self, row: PersonRow) -> None:
        async def choose() -> None:
            self.person = row
            self._found.clear()
            self._box.set_value("")
            await self._on_pick()

        name = marks.name_of(self._view, row.person_id, row)
        with ui.element("div").classes("om-search-row om-pointer").on("mousedown", choose):
            parts.avatar(name)
            with ui.element("div"):
                parts.text(name)
                parts.text(marks.apart_line(row), "om-muted")

    async def _search(self, text: str) -> list[PersonRow]:
        platform = self._view.platform
        return self._view.shown(await self._view.run(
            profiles.search, platform.stores, text, home_region=platform.settings.identity.home_region,
            rows_max=ROWS_MAX,
        ))  # fmt: skip
