"""The small controls of the segment form, and what they may ask of the form they stand in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from nicegui import ui

from omniloom.web.segment_form_options import Options
from omniloom.web.view import View

Suggest = Callable[[], Awaitable[list[tuple[str, int]]]]


class Form(Protocol):
    """The form a row of controls belongs to."""

    view: View
    options: Options
    segment_id: str

    def touch(self) -> None:
        """A value changed."""

    def redraw(self) -> None:
        """The structure changed."""

    async def learn(self, event: str) -> None:
        """Read which fields an event has."""

    def properties_of(self, event: str) -> list[str]:
        """The fields of an event that was learnt."""


def pick(
    choices: Mapping[str, str], value: str, on_pick: Callable[[str], Any], *, placeholder: str = "", classes: str = "",
    testid: str = "",
) -> ui.select:  # fmt: skip
    """A choice by its key; a long list can be searched by typing. A value that is not offered stays as it is."""
    offered = dict(choices)
    if value and value not in offered:
        offered[value] = value
    box = ui.select(offered, value=value if value in offered else None, with_input=len(offered) > 6)
    box.props("dense outlined options-dense").classes(classes)
    if placeholder and not value:
        box.props["placeholder" if len(offered) > 6 else "label"] = placeholder
    box.props["aria-label"] = placeholder or offered.get(value, "")
    if testid:
        box.props["data-testid"] = f"segment-{testid}"
    box.on_value_change(lambda event: on_pick(event.value) if event.value is not None else None)
    return box


def typed(  # noqa: PLR0913 - how a text field looks and what it does
    value: str, on_type: Callable[[str], Any], *, classes: str = "", placeholder: str = "", label: str = "",
    is_day: bool = False, suggest: Suggest | None = None, testid: str = "",
) -> ui.input:  # fmt: skip
    """A text field; ``suggest`` fills the browser's own list of suggestions when the field is entered."""
    box = ui.input(value=value, placeholder=placeholder).props("dense outlined debounce=150").classes(classes)
    box.props["aria-label"] = label
    if testid:
        box.props["data-testid"] = f"segment-{testid}"
    if is_day and (not value or len(value) == 10):
        box.props["type"] = "date"
    box.on_value_change(lambda event: on_type(str(event.value or "")))
    if suggest is not None:
        listed = ui.element("datalist")
        listed.props["id"] = f"om-list-{listed.id}"
        box.props["list"] = f"om-list-{listed.id}"
        box.props["autocomplete"] = "off"

        async def fill() -> None:
            found = await suggest()
            listed.clear()
            with listed:
                for text, n in found:
                    option = ui.element("option")
                    option.props["value"] = text
                    option.props["label"] = str(n)

        box.on("focus", fill, [])
    return box
